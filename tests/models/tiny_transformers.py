"""Hugging Face models so small that they are made in a moment; their weights are random."""

from typing import Any

LABELS = {0: "alegrias", 1: "bulerias", 2: "tangos"}
RATE = 8000
HIDDEN = {"hidden_size": 32, "num_hidden_layers": 3, "num_attention_heads": 2, "intermediate_size": 48,
          "id2label": LABELS}


def wav2vec2(**settings: Any) -> tuple[Any, Any]:
    """A Wav2Vec2 over waves and its feature extractor."""
    import transformers

    config = transformers.Wav2Vec2Config(
        **HIDDEN, conv_dim=(16, 16, 16), conv_stride=(5, 4, 4), conv_kernel=(10, 8, 4), num_feat_extract_layers=3,
        num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4, classifier_proj_size=24, **settings)
    return (transformers.Wav2Vec2ForSequenceClassification(config),
            transformers.Wav2Vec2FeatureExtractor(sampling_rate=RATE, return_attention_mask=False))


def ast(**settings: Any) -> tuple[Any, Any]:
    """An Audio Spectrogram Transformer over 64 frames of 32 mels and its feature extractor."""
    import transformers

    config = transformers.ASTConfig(**HIDDEN, max_length=64, num_mel_bins=32, **settings)
    return (transformers.ASTForAudioClassification(config),
            transformers.ASTFeatureExtractor(sampling_rate=RATE, max_length=64, num_mel_bins=32))
