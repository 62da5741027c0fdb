//! TLS in which a node's own Ed25519 key is its certificate's key.
//!
//! The dialling side knows the key beforehand (from an invite) and accepts nothing else: not another key, not an older
//! protocol than TLS 1.3, and no certificate without a valid signature over this very handshake. Names, dates and issuers
//! in the certificate say nothing, since a node's clock may be dead. It offers Ed25519 alone as signature scheme; that is
//! how the server knows to show this certificate. Everybody else is a browser and gets the P-256 certificate from
//! `identity/`, which an operator may replace by one his browsers trust.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::{ClientHello, ParsedCertificate, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, ServerConfig, SignatureScheme};
use shared::identity::NodeKey;
use shared::ids::NodeId;

/// DER of an Ed25519 public key up to the 32 bytes of the key (RFC 8410).
const ED25519_SPKI: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
/// DER of an Ed25519 private key up to the 32 bytes of the seed (RFC 8410).
const ED25519_PKCS8: [u8; 16] = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
];

/// Why TLS cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A certificate could not be made.
    #[error("cannot make a certificate")]
    Certificate(#[from] rcgen::Error),
    /// The certificate and key for browsers do not work.
    #[error("the certificate for browsers cannot be used")]
    Browser(#[source] rustls::Error),
    /// The library refuses the configuration.
    #[error("cannot set up TLS")]
    Setup(#[source] rustls::Error),
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The server's side: the node's key for nodes, `browser` (certificate chain and key) for everybody else.
///
/// # Errors
/// When a certificate cannot be made or used.
pub fn server_config(
    key: &NodeKey,
    browser: (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>),
) -> Result<ServerConfig, TlsError> {
    let provider = provider();
    let (chain, browser_key) = browser;
    let browser =
        CertifiedKey::from_der(chain, browser_key, &provider).map_err(TlsError::Browser)?;
    let resolver = ByScheme {
        node: Arc::new(node_certificate(key, &provider)?),
        browser: Arc::new(browser),
    };
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Setup)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(resolver));
    // A WebSocket starts as HTTP/1.1.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.send_tls13_tickets = 1;
    Ok(config)
}

/// The dialling side, which talks to the holder of one key only.
///
/// # Errors
/// When the library refuses the configuration.
pub fn client_config(pin: NodeId) -> Result<ClientConfig, TlsError> {
    let provider = provider();
    let verifier = Pinned {
        pin,
        provider: Arc::clone(&provider),
    };
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(TlsError::Setup)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    // Each dial proves the key anew; a resumed session would not.
    config.resumption = rustls::client::Resumption::disabled();
    Ok(config)
}

fn pkcs8(key: &NodeKey) -> PrivatePkcs8KeyDer<'static> {
    let mut der = ED25519_PKCS8.to_vec();
    der.extend(key.to_seed());
    PrivatePkcs8KeyDer::from(der)
}

fn node_certificate(key: &NodeKey, provider: &CryptoProvider) -> Result<CertifiedKey, TlsError> {
    let der = pkcs8(key);
    let pair = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&der, &rcgen::PKCS_ED25519)?;
    let mut parameters = rcgen::CertificateParams::new(Vec::new())?;
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    let certificate = parameters.self_signed(&pair)?;
    CertifiedKey::from_der(
        vec![certificate.der().clone()],
        PrivateKeyDer::Pkcs8(der),
        provider,
    )
    .map_err(TlsError::Setup)
}

/// Makes the certificate and key browsers see, as PEM, for these host names and addresses.
///
/// # Errors
/// When a name cannot stand in a certificate.
pub fn browser_certificate(names: Vec<String>) -> Result<(String, String), TlsError> {
    let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256)?;
    let mut parameters = rcgen::CertificateParams::new(names)?;
    parameters.distinguished_name = rcgen::DistinguishedName::new();
    parameters
        .distinguished_name
        .push(rcgen::DnType::CommonName, "xiangmu");
    let certificate = parameters.self_signed(&pair)?;
    Ok((certificate.pem(), pair.serialize_pem()))
}

/// Chooses the certificate by what the other side can check.
#[derive(Debug)]
struct ByScheme {
    node: Arc<CertifiedKey>,
    browser: Arc<CertifiedKey>,
}

impl ResolvesServerCert for ByScheme {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let only_node_keys = hello
            .signature_schemes()
            .iter()
            .all(|scheme| *scheme == SignatureScheme::ED25519);
        Some(Arc::clone(if only_node_keys {
            &self.node
        } else {
            &self.browser
        }))
    }
}

/// Accepts one key and nothing else.
#[derive(Debug)]
struct Pinned {
    pin: NodeId,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let shown = ParsedCertificate::try_from(end_entity)?.subject_public_key_info();
        let mut expected = ED25519_SPKI.to_vec();
        expected.extend(self.pin.to_bytes());
        if shown.as_ref() == expected {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(rustls::Error::InvalidCertificate(
                rustls::CertificateError::ApplicationVerificationFailure,
            ))
        }
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Err(rustls::Error::General("TLS 1.2 is not accepted".to_owned()))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ED25519]
    }
}

#[cfg(test)]
mod tests;
