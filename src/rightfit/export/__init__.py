"""A fitted model as one ONNX file: raw columns in, predictions out."""
