"""The kind `faithfulness`."""
