"""Roombook: rooms, and who has them when. A small HTTP service on SQLite."""
