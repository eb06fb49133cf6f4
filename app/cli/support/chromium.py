"""Debian's browser as tests and measures start it: under its names, alone, asking nothing of the network."""

WITH_WINDOWS = ("chromium", "chromium-browser", "google-chrome")
WINDOWLESS = ("chromium-headless-shell",)
# The same engine without windows needs half the processor time: tests take it first.
CHROMIUM = WINDOWLESS + WITH_WINDOWS
# What stands on a till is measured with what stands on a till.
CHROMIUM_OF_TILLS = WITH_WINDOWS + WINDOWLESS
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
