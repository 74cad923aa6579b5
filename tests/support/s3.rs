//! A storage for tests that speaks the three calls of S3 that StreamIt makes. It keeps what it is given, refuses a
//! request whose signature (AWS Signature Version 4) is not right, and can be told to fail or never to answer.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::any,
};
use hkdf::hmac::{Hmac, Mac as _};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;

use super::log::SECRET_MARK;

const ACCESS_KEY_ID: &str = "streamit-test";
const BUCKET: &str = "pictures";
const REGION: &str = "eu-test-1";

/// How it answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mood {
    /// As it should.
    #[default]
    Well,
    /// Every request with 503.
    Failing,
    /// Not at all.
    Silent,
}

#[derive(Debug, Default)]
struct Inner {
    mood: Mood,
    /// Key → content.
    objects: BTreeMap<String, Bytes>,
}

/// The storage. Clones are the same one.
#[derive(Clone, Debug)]
pub struct FakeS3 {
    address: SocketAddr,
    inner: Arc<Mutex<Inner>>,
}

fn secret() -> String {
    format!("{SECRET_MARK}-of-s3")
}

impl FakeS3 {
    /// Starts one on a free port. It runs as long as the test.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let s3 = Self { address: listener.local_addr().expect("an address"), inner: Arc::default() };
        let router = Router::new().route("/{bucket}/{key}", any(serve)).with_state(s3.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        s3
    }

    /// What StreamIt is started with to use it.
    pub fn settings(&self) -> [(&'static str, String); 5] {
        [
            ("STREAMIT_S3_ENDPOINT", format!("http://{}", self.address)),
            ("STREAMIT_S3_BUCKET", BUCKET.to_owned()),
            ("STREAMIT_S3_REGION", REGION.to_owned()),
            ("STREAMIT_S3_ACCESS_KEY_ID", ACCESS_KEY_ID.to_owned()),
            ("STREAMIT_S3_SECRET_ACCESS_KEY", secret()),
        ]
    }

    /// From now on it answers like that.
    pub fn is(&self, mood: Mood) {
        self.inner.lock().unwrap().mood = mood;
    }

    /// What it keeps.
    pub fn keys(&self) -> Vec<String> {
        self.inner.lock().unwrap().objects.keys().cloned().collect()
    }
}

async fn serve(State(s3): State<FakeS3>, Path((bucket, key)): Path<(String, String)>, request: Request) -> Response {
    let mood = s3.inner.lock().unwrap().mood;
    match mood {
        Mood::Well => {}
        Mood::Failing => return StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Mood::Silent => std::future::pending::<()>().await,
    }
    let (parts, body) = request.into_parts();
    let content = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    if !is_signed(&parts.method, parts.uri.path(), parts.uri.query().unwrap_or(""), &parts.headers, &content) {
        return (StatusCode::FORBIDDEN, "<Error><Code>SignatureDoesNotMatch</Code></Error>").into_response();
    }
    assert_eq!(bucket, BUCKET);
    let mut inner = s3.inner.lock().unwrap();
    match parts.method {
        Method::PUT => {
            inner.objects.insert(key, content);
            [(header::ETAG, "\"1\"")].into_response()
        }
        Method::GET => match inner.objects.get(&key) {
            Some(content) => {
                let headers = [(header::ETAG, "\"1\""), (header::LAST_MODIFIED, "Thu, 01 Jan 2026 00:00:00 GMT")];
                (headers, content.clone()).into_response()
            }
            None => (StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>").into_response(),
        },
        Method::DELETE => {
            inner.objects.remove(&key);
            StatusCode::NO_CONTENT.into_response()
        }
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

/// Whether the request was signed with the key, as "Authenticating Requests (AWS Signature Version 4)" has it.
fn is_signed(method: &Method, path: &str, query: &str, headers: &HeaderMap, content: &[u8]) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("").trim().to_owned();
    let authorization = text("authorization");
    let Some(fields) = authorization.strip_prefix("AWS4-HMAC-SHA256 ") else { return false };
    let field = |name: &str| {
        let fields = fields.split(',').filter_map(|field| field.trim().split_once('='));
        fields.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).unwrap_or_default()
    };
    let (credential, names, signature) = (field("Credential"), field("SignedHeaders"), field("Signature"));
    let (time, hash) = (text("x-amz-date"), text("x-amz-content-sha256"));
    let day = time.get(..8).unwrap_or_default();
    let scope = format!("{day}/{REGION}/s3/aws4_request");
    let lines: String = names.split(';').map(|name| format!("{name}:{}\n", text(name))).collect();
    let canonical = format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{hash}");
    let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hexadecimal(&Sha256::digest(canonical)));
    let key = [day, REGION, "s3", "aws4_request"]
        .iter()
        .fold(format!("AWS4{}", secret()).into_bytes(), |key, part| hmac(&key, part));
    credential == format!("{ACCESS_KEY_ID}/{scope}")
        && hash == hexadecimal(&Sha256::digest(content))
        && ["host", "x-amz-content-sha256", "x-amz-date"].iter().all(|name| names.split(';').any(|one| one == *name))
        && signature == hexadecimal(&hmac(&key, &to_sign))
}

fn hmac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
