//! HTTPS: whom the system trusts, or whom the options name.
#![expect(clippy::disallowed_methods, reason = "certificates decide whom a document is sent to, and change no answer")]

use std::{fs, io, sync::Arc};

use copydesk_stage::ConfigError;
use tokio::net::TcpStream;
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        self, ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};

/// How a service is spoken to in secret.
#[derive(Clone)]
pub(crate) struct Tls {
    connector: TlsConnector,
    name: ServerName<'static>,
}

impl Tls {
    /// For a host. `certificates` is a file with those that are trusted; those of the system, if it is empty.
    pub(crate) fn to(host: &str, certificates: &str) -> Result<Self, ConfigError> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|error| ConfigError::at("url", format!("names a host that no certificate can be for: {error}")))?;
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| ConfigError::at("url", error.to_string()))?
            .with_root_certificates(trusted(certificates)?)
            .with_no_client_auth();
        Ok(Self { connector: TlsConnector::from(Arc::new(config)), name })
    }

    pub(crate) async fn over(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.connector.connect(self.name.clone(), stream).await
    }
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Tls").field(&self.name).finish()
    }
}

/// Whether an error says that the service is not who it has to be.
pub(crate) fn is_distrust(error: &io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(inner, Some(rustls::Error::InvalidCertificate(_)))
}

fn trusted(certificates: &str) -> Result<RootCertStore, ConfigError> {
    let wrong = |message: String| ConfigError::at("certificates", message);
    let mut roots = RootCertStore::empty();
    if certificates.is_empty() {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        if roots.is_empty() {
            let error = ConfigError::at("url", "is one of HTTPS, and this system has no certificates");
            return Err(error.help("install them (ca-certificates), or name a file of them: certificates = \"ca.pem\""));
        }
        return Ok(roots);
    }
    let pem = fs::read(certificates).map_err(|error| wrong(format!("cannot read `{certificates}`: {error}")))?;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let added = certificate
            .map_err(|error| format!("{error:?}"))
            .and_then(|certificate| roots.add(certificate).map_err(|error| error.to_string()));
        added.map_err(|error| wrong(format!("`{certificates}` holds what is no certificate: {error}")))?;
    }
    if roots.is_empty() {
        return Err(
            wrong(format!("`{certificates}` holds no certificate")).help("a PEM file has `BEGIN CERTIFICATE` in it")
        );
    }
    Ok(roots)
}
