"""One stream: its queues and threads, the pipeline, privacy, live settings and numbers."""
