"""Where numbers learned elsewhere come from, and how ours are kept: safetensors only, never a pickle."""
