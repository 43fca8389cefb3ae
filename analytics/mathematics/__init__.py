"""The mathematics of the analysis: arrays in, figures out. Nothing here knows Django: each part is tested alone."""
