//! The envelope of every answer, and the status that goes with a failure.
//!
//! Success is `{"success":true,"data":…}`, failure `{"success":false,"error":{…}}`. Bodies come as JSON, or as a
//! plain form where a page must work without WASM; an empty body is an empty object.

use std::{future::Future, marker::PhantomData};

use bytes::Bytes;
use http::Method;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use server_fn::{
    ContentType, Decodes, Encodes, Format, FormatType, Http, Protocol,
    client::Client,
    codec::{Post, Put},
    server::Server,
};

use super::error::ApiError;
use crate::text;

/// The codec of answers: wraps what it encodes, unwraps what it decodes.
pub struct Envelope;

#[derive(Serialize)]
struct SuccessOut<'a, T> {
    success: bool,
    data: &'a T,
}

#[derive(Deserialize)]
struct SuccessIn<T> {
    data: T,
}

#[derive(Serialize)]
struct FailureOut<'a> {
    success: bool,
    error: &'a ApiError,
}

#[derive(Deserialize)]
struct FailureIn {
    error: ApiError,
}

/// What a server function may answer. [`ApiError`] is not one, so that it can have an envelope of its own.
pub trait Payload {}
impl<T: Payload> Payload for Vec<T> {}
impl<T: Payload> Payload for Option<T> {}
impl<T: Payload> Payload for crate::domain::page::Page<T> {}
impl Payload for () {}

impl ContentType for Envelope {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for Envelope {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize + Payload> Encodes<T> for Envelope {
    type Error = serde_json::Error;

    fn encode(data: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(&SuccessOut { success: true, data }).map(Bytes::from)
    }
}

impl<T: DeserializeOwned + Payload> Decodes<T> for Envelope {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<T, Self::Error> {
        serde_json::from_slice::<SuccessIn<T>>(&bytes).map(|success| success.data)
    }
}

impl Encodes<ApiError> for Envelope {
    type Error = serde_json::Error;

    fn encode(error: &ApiError) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(&FailureOut { success: false, error }).map(Bytes::from)
    }
}

impl Decodes<ApiError> for Envelope {
    type Error = serde_json::Error;

    fn decode(bytes: Bytes) -> Result<ApiError, Self::Error> {
        serde_json::from_slice::<FailureIn>(&bytes).map(|failure| failure.error)
    }
}

/// Arguments in the body of a POST: JSON or nothing.
pub type PostBody = Post<JsonBody>;

/// Arguments in the body of a PUT: JSON or nothing.
pub type PutBody = Put<JsonBody>;

/// Arguments in the body of a POST that a page without WASM sends too: JSON, a form, or nothing.
pub type PostForm = Post<JsonOrForm>;

/// JSON; no body is an empty object.
pub struct JsonBody;

/// JSON, or a form. A codec sees the bytes alone: what opens with a brace is JSON. Only for functions with a required
/// field, since any text is a form with a strange field.
pub struct JsonOrForm;

macro_rules! body_codecs {
    ($($codec:ty = $decode:path;)*) => {$(
        impl ContentType for $codec {
            const CONTENT_TYPE: &'static str = "application/json";
        }

        impl FormatType for $codec {
            const FORMAT_TYPE: Format = Format::Text;
        }

        impl<T: Serialize> Encodes<T> for $codec {
            type Error = serde_json::Error;

            fn encode(arguments: &T) -> Result<Bytes, Self::Error> {
                serde_json::to_vec(arguments).map(Bytes::from)
            }
        }

        impl<T: DeserializeOwned> Decodes<T> for $codec {
            type Error = String;

            fn decode(body: Bytes) -> Result<T, Self::Error> {
                $decode(&body)
            }
        }
    )*};
}

body_codecs! {
    JsonBody = decode_json;
    JsonOrForm = decode_json_or_form;
}

/// PostgreSQL stores no text with a NUL in it, and nobody means to send one.
fn no_nul() -> String {
    text!(errors.holds_nul).to_owned()
}

/// Whether a NUL is written in that JSON. Whoever types the six characters `\u0000` sends their backslash escaped.
fn holds_escaped_nul(json: &[u8]) -> bool {
    let is_escape = |at: usize| json[..at].iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 0;
    json.windows(6).enumerate().any(|(at, part)| part == b"\\u0000" && is_escape(at))
}

fn decode_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    if holds_escaped_nul(body) {
        return Err(no_nul());
    }
    let json: &[u8] = match body.trim_ascii() {
        [] => b"{}",
        text => text,
    };
    // Serde would take a list as the fields in their order, and pass over bad UTF-8 in a field that it does not know.
    if !json.starts_with(b"{") {
        return Err(text!(errors.no_object).to_owned());
    }
    let text = std::str::from_utf8(json).map_err(|error| error.to_string())?;
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn decode_json_or_form<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    match body.trim_ascii().first() {
        None | Some(b'{' | b'[' | b'"') => decode_json(body),
        Some(_) if body.windows(3).any(|part| part == b"%00") => Err(no_nul()),
        Some(_) => serde_urlencoded::from_bytes(body).map_err(|error| error.to_string()),
    }
}

/// The protocol of all server functions: arguments as `In` says, the answer in its envelope, a failure with its
/// status. Use: `#[server(prefix = "/api", endpoint = "/stream/info", protocol = Api<PutBody>)]`.
pub struct Api<In>(PhantomData<In>);

/// `Post<…>` is only how server_fn spells "an answer in this codec"; the method is `In`'s.
type Inner<In> = Http<In, Post<Envelope>>;

impl<In, I, O, C, S> Protocol<I, O, C, S, ApiError> for Api<In>
where
    Inner<In>: Protocol<I, O, C, S, ApiError>,
    C: Client<ApiError>,
    S: Server<ApiError>,
    In: 'static,
    I: Send,
    O: Send,
{
    const METHOD: Method = <Inner<In> as Protocol<I, O, C, S, ApiError>>::METHOD;

    async fn run_server<F, Fut>(request: S::Request, server_fn: F) -> Result<S::Response, ApiError>
    where
        F: Fn(I) -> Fut + Send,
        Fut: Future<Output = Result<O, ApiError>> + Send,
    {
        let answer = <Inner<In> as Protocol<I, O, C, S, ApiError>>::run_server(request, server_fn).await;
        #[cfg(feature = "ssr")]
        let answer = answer.map_err(crate::server::router::as_http_failure);
        answer
    }

    fn run_client(path: &str, input: I) -> impl Future<Output = Result<O, ApiError>> + Send {
        <Inner<In> as Protocol<I, O, C, S, ApiError>>::run_client(path, input)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::error::ErrorCode;

    #[derive(Deserialize, Debug, PartialEq)]
    struct Args {
        #[serde(default)]
        name: Option<String>,
    }

    #[test]
    fn a_body_is_json_or_a_form_or_nothing() {
        let named = || Args { name: Some("a b".into()) };
        assert_eq!(decode_json::<Args>(br#"{"name":"a b"}"#), Ok(named()));
        assert_eq!(decode_json::<Args>(b" "), Ok(Args { name: None }));
        for strange in [&b"name=a+b"[..], b"[]", br#"["a b"]"#, b"null", b"{\"other\":\"\xff\"}"] {
            assert!(decode_json::<Args>(strange).is_err());
        }
        assert_eq!(decode_json_or_form::<Args>(br#"{"name":"a b"}"#), Ok(named()));
        assert_eq!(decode_json_or_form::<Args>(b"name=a+b"), Ok(named()));
        for broken in [&b"{"[..], br#"{"name":1}"#, br#""name""#] {
            assert!(decode_json_or_form::<Args>(broken).is_err());
        }
    }

    #[test]
    fn a_nul_is_refused_and_how_one_is_written_is_not() {
        for nul in [r#"{"name":"a\u0000b"}"#, r#"{"name":"a\\\u0000b"}"#] {
            assert_eq!(decode_json::<Args>(nul.as_bytes()), Err(no_nul()), "{nul}");
        }
        for (typed, name) in [(r#"{"name":"a\\u0000b"}"#, r"a\u0000b"), (r#"{"name":"\\\\u0000"}"#, r"\\u0000")] {
            assert_eq!(decode_json::<Args>(typed.as_bytes()), Ok(Args { name: Some(name.into()) }), "{typed}");
        }
    }

    #[test]
    fn a_failure_keeps_its_shape_across_the_wire() {
        let mut error = ApiError::new(ErrorCode::Invalid, "Check the title.");
        error.fields.insert("title".into(), "Too long.".into());
        let bytes = Envelope::encode(&error).expect("serializable");
        assert_eq!(
            std::str::from_utf8(&bytes).expect("UTF-8"),
            r#"{"success":false,"error":{"code":"INVALID","message":"Check the title.","fields":{"title":"Too long."}}}"#
        );
        assert_eq!(<Envelope as Decodes<ApiError>>::decode(bytes).expect("just encoded"), error);
    }
}
