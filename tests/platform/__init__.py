"""Tests of the platform: servers, serving, settings, health."""
