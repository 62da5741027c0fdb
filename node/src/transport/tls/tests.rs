#![expect(clippy::unwrap_used, reason = "a failed test should panic")]

use rustls::pki_types::pem::PemObject as _;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::*;

fn server(key: &NodeKey) -> (ServerConfig, CertificateDer<'static>) {
    let (certificate, secret) = browser_certificate(vec!["localhost".to_owned()]).unwrap();
    let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap();
    let secret = PrivateKeyDer::from_pem_slice(secret.as_bytes()).unwrap();
    let config = server_config(key, (vec![certificate.clone()], secret)).unwrap();
    (config, certificate)
}

/// One handshake over a pipe; what the client saw, or why it refused.
async fn handshake(server: ServerConfig, client: ClientConfig) -> Result<Vec<u8>, std::io::Error> {
    let (near, far) = tokio::io::duplex(64 * 1024);
    let served = tokio::spawn(async move {
        let mut stream = TlsAcceptor::from(Arc::new(server)).accept(far).await?;
        stream.write_all(b"hello").await?;
        stream.shutdown().await
    });
    let name = ServerName::try_from("localhost").unwrap();
    let connected = TlsConnector::from(Arc::new(client))
        .connect(name, near)
        .await;
    let result = match connected {
        Ok(mut stream) => {
            let mut heard = [0u8; 5];
            stream.read_exact(&mut heard).await.map(|_| heard.to_vec())
        }
        Err(error) => Err(error),
    };
    let _either_way = served.await.unwrap();
    result
}

#[tokio::test]
async fn the_holder_of_the_pinned_key_is_accepted() {
    let key = NodeKey::from_seed(&[7; 32]);
    let heard = handshake(server(&key).0, client_config(key.node_id()).unwrap()).await;
    assert_eq!(heard.unwrap(), b"hello");
}

#[test]
fn a_dead_clock_and_a_certificate_of_any_age_lock_nobody_out() {
    let key = NodeKey::from_seed(&[7; 32]);
    let verifier = Pinned {
        pin: key.node_id(),
        provider: provider(),
    };
    let pair = rcgen::KeyPair::from_pkcs8_der_and_sign_algo(&pkcs8(&key), &rcgen::PKCS_ED25519);
    let pair = pair.unwrap();
    let day = rcgen::date_time_ymd;
    let ages = [
        (day(1971, 1, 1), day(1972, 1, 1)),
        (day(2020, 1, 1), day(2021, 1, 1)),
        (day(2999, 1, 1), day(3000, 1, 1)),
    ];
    for (from, to) in ages {
        let mut parameters = rcgen::CertificateParams::new(Vec::new()).unwrap();
        (parameters.not_before, parameters.not_after) = (from, to);
        let certificate = parameters.self_signed(&pair).unwrap();
        for seconds in [0, 1_000_000_000, 1_795_000_000, 40_000_000_000] {
            let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
            let name = ServerName::try_from("localhost").unwrap();
            let verified = verifier.verify_server_cert(certificate.der(), &[], &name, &[], now);
            assert!(verified.is_ok(), "{from} to {to} at {seconds}");
        }
    }
}

#[tokio::test]
async fn another_key_is_refused() {
    let key = NodeKey::from_seed(&[7; 32]);
    let other = NodeKey::from_seed(&[8; 32]).node_id();
    let refused = handshake(server(&key).0, client_config(other).unwrap()).await;
    assert!(refused.unwrap_err().to_string().contains("certificate"));
}

#[tokio::test]
async fn a_copied_certificate_without_its_key_is_refused() {
    // The impostor shows the hub's certificate but signs with his own key.
    let hub = NodeKey::from_seed(&[7; 32]);
    let impostor = NodeKey::from_seed(&[8; 32]);
    let certificate = node_certificate(&hub, &provider()).unwrap().cert;
    let own_key = ring::sign::any_eddsa_type(&pkcs8(&impostor)).unwrap();
    let shown = Arc::new(CertifiedKey::new(certificate, own_key));
    let (mut config, _) = server(&impostor);
    config.cert_resolver = Arc::new(ByScheme {
        node: Arc::clone(&shown),
        browser: shown,
    });
    let refused = handshake(config, client_config(hub.node_id()).unwrap()).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn a_browser_gets_a_certificate_it_can_check() {
    let key = NodeKey::from_seed(&[7; 32]);
    let (config, certificate) = server(&key);
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).unwrap();
    let client = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    assert_eq!(handshake(config, client).await.unwrap(), b"hello");
}
