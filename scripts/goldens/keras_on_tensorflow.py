"""Runs a .keras file on Keras' backend TensorFlow, for scripts/goldens/exported_models.py.

    python3 scripts/goldens/keras_on_tensorflow.py FOLDER IMAGE...

FOLDER holds model.keras, its card and x.npy, t.npy of its references. Writes what TensorFlow gives for the image files as
the references' outputs, and the gradient of the summed cross-entropy, in float64, as gradient.npy. Prints the version.
"""

import json
import os
import sys

os.environ["KERAS_BACKEND"] = "tensorflow"
import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow  # noqa: E402

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../resources/python"))
from radversary_card import CardError, export  # noqa: E402


def refused(model, file):
    """The exporter needs Keras on torch, and says so where there is no torch at all."""
    try:
        export(model, [keras.layers.Resizing(96, 96)], [file], os.path.join(os.path.dirname(file), "refused"))
    except CardError as error:
        assert "KERAS_BACKEND=torch" in str(error), error
        return
    raise AssertionError("a Keras model on TensorFlow was exported")


def main(folder, files):
    model = keras.models.load_model(os.path.join(folder, "model.keras"), compile=False)
    card = json.load(open(next(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".card.json")), encoding="utf-8"))
    refused(model, files[0])
    for pair, file in zip(card["references"], files):
        image = keras.utils.img_to_array(keras.utils.load_img(file, target_size=(96, 96), interpolation="bilinear"))
        seen = keras.applications.mobilenet_v2.preprocess_input(image[None])
        np.save(os.path.join(folder, pair["output"]), np.asarray(model(seen, training=False), dtype=np.float32))
    keras.config.set_dtype_policy("float64")
    twin = keras.applications.MobileNetV2((96, 96, 3), alpha=0.35, weights=None, classes=3, classifier_activation=None)
    twin.set_weights(model.get_weights())
    x = np.load(os.path.join(folder, "x.npy"))
    at = tensorflow.Variable(np.moveaxis(x, 1, -1) if x.shape[1] == 3 else x, dtype=tensorflow.float64)
    with tensorflow.GradientTape() as tape:
        losses = keras.losses.sparse_categorical_crossentropy(np.load(os.path.join(folder, "t.npy")), twin(at, training=False), from_logits=True)
        total = tensorflow.reduce_sum(losses)
    gradient = tape.gradient(total, at).numpy()
    gradient = np.moveaxis(gradient, -1, 1) if x.shape[1] == 3 else gradient
    np.save(os.path.join(folder, "gradient.npy"), gradient.astype(np.float32))
    print(f"TensorFlow {tensorflow.__version__}")


main(sys.argv[1], sys.argv[2:])
