"""How our own network, the compositor, is trained: people -> pairs -> network -> losses -> files in engines/data.

    python3 -m venv .venv-train && .venv-train/bin/pip install -r models/training/requirements.txt
    .venv-train/bin/python -m models.training --people faces.zip --out FOLDER --minutes 60
    .venv-train/bin/python -m models.training export --checkpoint FOLDER/checkpoint.pt --out engines/data
    .venv-train/bin/python -m models.training figures --checkpoint FOLDER/checkpoint.pt --people faces.zip --out FOLDER

An interrupted training goes on when it is called again; `--start` begins with the weights of another one. It runs on a
GPU where there is one, else in two processes on the CPU; give it `nice -n 19`. FOLDER gets checkpoint.pt, a curve of
the losses, a sheet to judge by eye, and a cache that may be deleted.

    split.py       who is trained on, and who is kept for judging: lists of names, for benchmarks as well
    people.py      the data set, prepared once: pictures, flat faces, balance of tones
    people_tensors.py       these on the device that makes pairs, and who is drawn
    uv_sampling.py      where a face lies: flat face, facing, normals, proportions
    drawing/       hands, glasses, hair and things, drawn from random numbers
    occluders.py   a bank of these, put before faces
    scene.py       light on faces
    sources.py     what photos of a source do to its texture
    camera.py      blur, noise and compression, on a wearer and a target alike
    pairs.py       all this makes pairs of which it is known what is right
    relight.py     the engines' coarse relight, in torch
    network.py     the network, its inputs and its fields
    losses.py      what its fields are worth
    trainer.py     the loop, its processes and checkpoints
    progress.py    the line, the curve and the sheet
    weights.py     what a checkpoint holds
    export.py      .tflite and .onnx, compared with torch
    card.py        the figures of the model card
    command.py     the command line

A layer of its own: it may import the engines, nobody imports it, and no wheel holds it.
"""
