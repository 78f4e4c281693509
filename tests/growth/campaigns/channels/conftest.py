"""Certificates of the local servers are believed."""

import pytest

from tests.growth.campaigns.servers.certificates import certificate


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    folder = tmp_path_factory.mktemp("certificates")
    certificate(folder)
    return folder


@pytest.fixture(autouse=True)
def _believed(certificates, settings, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / "cert.pem"))
    settings.VAR_DIR = certificates
