"""Neural swappers: the user's own ONNX files."""
