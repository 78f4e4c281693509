"""The event lake: Parquet files (zstd) below settings.LAKE_URL, named by the manifest in PostgreSQL."""
