"""Writes one phantom of the test set as a CT series, with its labels. No person is in it."""

import csv
import hashlib
import uuid
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from phantom import CLASSES, RESCALE_INTERCEPT, Phantom
from segmenter import masks_of
from shapes import PIXEL_MM, PIXELS, SLICE_MM
from slices import Slices, slices_at

# A phantom of the test set, and a stack of it that shows nine slices of each class and one at a lesion's rim.
STUDY_PHANTOM = 9002
LOWEST_MM, SLICES = -60.0, 28
DATE, TIME = '20260105', '120000'


def write_study(folder):
    """Files 01.dcm (nearest to the head) to 28.dcm, and labels.csv."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    phantom = Phantom(STUDY_PHANTOM)
    rows = [('file', 'label')]
    for index in range(1, SLICES + 1):
        z = LOWEST_MM + SLICE_MM * (SLICES - index)
        file = f'{index:02}.dcm'
        _image(index, z, phantom.slice(z)).save_as(folder / file, write_like_original=False)
        rows.append((file, phantom.name_with_rims(z)))
    with open(folder / 'labels.csv', 'w', newline='', encoding='ascii') as text:
        csv.writer(text, lineterminator='\n').writerows(rows)


def study_slices():
    """The study's slices as the models' other sets are."""
    phantom = Phantom(STUDY_PHANTOM)
    heights = [LOWEST_MM + SLICE_MM * (SLICES - index) for index in range(1, SLICES + 1)]
    return Slices(**{field: torch.from_numpy(values) for field, values in slices_at(phantom, heights, [0] * SLICES).items()})


def write_masks(folder):
    """01.png to 28.png beside the series: class indices of every pixel, as segmenter.SEGMENT_CLASSES names them."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    phantom = Phantom(STUDY_PHANTOM)
    for index in range(1, SLICES + 1):
        z = LOWEST_MM + SLICE_MM * (SLICES - index)
        mask = masks_of(torch.from_numpy(phantom.lung_map(z)[None, None]))[0].numpy().astype(np.uint8)
        Image.fromarray(mask, 'L').save(folder / f'{index:02}.png', optimize=True)


def write_boxes(file):
    """A CSV of the lesions' boxes in pixels of 512x512: file, class, x0, y0, x1, y1."""
    lines = ['file,class,x0,y0,x1,y1']
    for index, kind, *corners in study_slices().boxes.int().tolist():
        lines.append(','.join([f'{index + 1:02}.dcm', CLASSES[1 + kind], *map(str, corners)]))
    file.write_text('\n'.join(lines) + '\n', encoding='ascii')


def read_study(folder):
    """File names, stored values uint16 [N, 512, 512] and class indices of a written study."""
    with open(Path(folder) / 'labels.csv', newline='', encoding='ascii') as text:
        rows = list(csv.DictReader(text))
    stored = np.stack([dcmread(Path(folder) / row['file']).pixel_array for row in rows])
    return [row['file'] for row in rows], stored, [CLASSES.index(row['label']) for row in rows]


def _uid(*names):
    """A UID under 2.25: a UUID of version 8 made of the SHA-256 of these names."""
    digest = bytearray(hashlib.sha256('\n'.join(map(str, ('radversary sample', STUDY_PHANTOM, *names))).encode()).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x80
    digest[8] = digest[8] & 0x3F | 0x80
    return f'2.25.{uuid.UUID(bytes=bytes(digest)).int}'


def _image(index, z, stored):
    data = FileDataset(None, {}, file_meta=_meta(_uid('instance', index)), preamble=b'\0' * 128)
    data.is_little_endian, data.is_implicit_VR = True, False
    for module in (_patient_and_study(), _series(), _plane(index, z), _pixels(stored)):
        data.update(module)
    data.SOPClassUID, data.SOPInstanceUID = data.file_meta.MediaStorageSOPClassUID, data.file_meta.MediaStorageSOPInstanceUID
    return data


def _meta(sop_instance_uid):
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = CTImageStorage
    meta.MediaStorageSOPInstanceUID = sop_instance_uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = _uid('implementation')
    meta.ImplementationVersionName = 'RADVERSARY_1'
    return meta


def _with(**elements):
    data = Dataset()
    for keyword, value in elements.items():
        setattr(data, keyword, value)
    return data


def _patient_and_study():
    return _with(
        PatientName='Phantom^Thorax',
        PatientID=f'PHANTOM-{STUDY_PHANTOM}',
        PatientBirthDate='',
        PatientSex='O',
        QualityControlSubject='YES',
        StudyInstanceUID=_uid('study'),
        StudyID='1',
        StudyDate=DATE,
        StudyTime=TIME,
        StudyDescription='Synthetic thorax phantom',
        AccessionNumber='',
        ReferringPhysicianName='',
    )


def _series():
    return _with(
        Modality='CT',
        SeriesInstanceUID=_uid('series'),
        SeriesNumber=1,
        SeriesDate=DATE,
        SeriesTime=TIME,
        SeriesDescription='Thorax, axial, 4 mm',
        BodyPartExamined='CHEST',
        PatientPosition='HFS',
        FrameOfReferenceUID=_uid('frame of reference'),
        PositionReferenceIndicator='',
        Manufacturer='Radversary',
        ManufacturerModelName='scripts/sample',
        SoftwareVersions='1',
    )


def _plane(index, z):
    corner = -(PIXELS - 1) / 2 * PIXEL_MM
    return _with(
        ImageType=['ORIGINAL', 'PRIMARY', 'AXIAL'],
        ImageComments='Synthetic phantom, no patient. Not for clinical use.',
        AcquisitionNumber=1,
        AcquisitionDate=DATE,
        AcquisitionTime=TIME,
        ContentDate=DATE,
        ContentTime=TIME,
        InstanceNumber=index,
        ImagePositionPatient=[f'{corner:.6f}', f'{corner:.6f}', f'{z:.1f}'],
        ImageOrientationPatient=[1, 0, 0, 0, 1, 0],
        SliceLocation=f'{z:.1f}',
        SliceThickness=SLICE_MM,
        SpacingBetweenSlices=SLICE_MM,
        PixelSpacing=[PIXEL_MM, PIXEL_MM],
        KVP='',
    )


def _pixels(stored):
    return _with(
        SamplesPerPixel=1,
        PhotometricInterpretation='MONOCHROME2',
        Rows=PIXELS,
        Columns=PIXELS,
        BitsAllocated=16,
        BitsStored=12,
        HighBit=11,
        PixelRepresentation=0,
        BurnedInAnnotation='NO',
        LossyImageCompression='00',
        RescaleIntercept=RESCALE_INTERCEPT,
        RescaleSlope=1,
        RescaleType='HU',
        WindowCenter=[-600, 40],
        WindowWidth=[1500, 400],
        WindowCenterWidthExplanation=['LUNG', 'SOFT TISSUE'],
        PixelData=stored.astype('<u2').tobytes(),
    )
