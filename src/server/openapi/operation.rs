//! One endpoint, as the document tells of it. Path, method, and how arguments and answers are written come from the
//! types that serve it; who may ask, what can be refused and which values are fine is added to that, row by row, in
//! `people`, `streams` and `doors`.

use std::collections::BTreeSet;

use http::Method;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::DeserializeOwned;
use serde_json::Value;
use server_fn::{
    Protocol, ServerFn,
    codec::{DeleteUrl, GetUrl},
};

use super::arguments::{Field, fields_of};
use crate::api::{
    error::ErrorCode,
    protocol::{Api, PostBody, PostForm, PutBody},
};

/// Makes the schema of a type.
pub type Describe = fn(&mut SchemaGenerator) -> Schema;

/// The schema of that type.
pub fn schema_of<T: JsonSchema>(schemas: &mut SchemaGenerator) -> Schema {
    schemas.subschema_for::<T>()
}

/// How arguments come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// In the query, but for what the path has a place for; or there are none.
    Query,
    /// As a JSON object, or no body at all.
    Json,
    /// The same, or as a plain form.
    JsonOrForm,
    /// As a plain form only.
    Form,
    /// As a form with a file in it.
    Multipart,
    /// As something of somebody else's.
    Foreign(&'static str),
}

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody; who is signed in may be told more.
    Anybody,
    /// Whoever has an account.
    SignedIn,
    /// Approved creators, each for their own stream.
    Creators,
    /// Admins.
    Admins,
    /// Not by an account: as the description says.
    OtherMeans,
}

/// What a success is.
#[derive(Clone, Debug)]
pub enum Success {
    /// `{"success":true,"data":…}`
    Data(Describe),
    /// Something else, in one of several forms: media type and schema.
    Plain(Vec<(&'static str, Describe)>),
}

/// An endpoint.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The path, with its parameters in braces.
    pub path: String,
    /// Names it; unique.
    pub id: String,
    /// What it belongs to.
    pub tag: String,
    /// One line.
    pub summary: &'static str,
    /// More lines; possibly none.
    pub notes: String,
    /// Who may ask.
    pub access: Access,
    /// How arguments come.
    pub takes: Takes,
    /// The arguments.
    pub fields: Vec<Field>,
    /// The type that chooses from all there is.
    pub body: Option<Describe>,
    /// What is fine for a field, merged into its schema.
    pub limits: Vec<(&'static str, Value)>,
    /// What a success is.
    pub success: Success,
    /// What can go wrong, beside what can go wrong everywhere.
    pub refusals: BTreeSet<Refusal>,
    /// Other answers: status, and when.
    pub others: Vec<(u16, &'static str)>,
    /// What 503 says, where it is no failure of the usual form.
    pub unready: Option<Describe>,
}

/// A code, in the order of statuses and names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal(pub ErrorCode);

impl Ord for Refusal {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |refusal: &Self| (refusal.0.http_status().as_u16(), refusal.0.as_str());
        key(self).cmp(&key(other))
    }
}

impl PartialOrd for Refusal {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// A protocol of server functions, as to where it looks for arguments.
pub trait Placed {
    /// Where.
    const TAKES: Takes;
}

impl Placed for Api<GetUrl> {
    const TAKES: Takes = Takes::Query;
}
impl Placed for Api<DeleteUrl> {
    const TAKES: Takes = Takes::Query;
}
impl Placed for Api<PostBody> {
    const TAKES: Takes = Takes::Json;
}
impl Placed for Api<PutBody> {
    const TAKES: Takes = Takes::Json;
}
impl Placed for Api<PostForm> {
    const TAKES: Takes = Takes::JsonOrForm;
}

/// The protocol of a server function.
type ProtocolOf<F> = <F as ServerFn>::Protocol;

/// A server function; for anybody, until it is said otherwise.
pub fn function<F>(summary: &'static str) -> Operation
where
    F: ServerFn + DeserializeOwned,
    F::Protocol: Placed,
    F::Output: JsonSchema,
{
    let method = <ProtocolOf<F> as Protocol<
        F,
        F::Output,
        F::Client,
        F::Server,
        F::Error,
        F::InputStreamError,
        F::OutputStreamError,
    >>::METHOD;
    // `streamit::api::chat::SendMessage`
    let mut name = std::any::type_name::<F>().rsplit("::");
    let (id, tag) = (name.next().unwrap_or_default(), name.next().unwrap_or_default());
    let mut operation = door(method, F::PATH, id, tag, summary);
    operation.takes = F::Protocol::TAKES;
    operation.fields = fields_of::<F>().unwrap_or_default();
    operation.success = Success::Data(schema_of::<F::Output>);
    operation
}

/// A way in that is no server function, without arguments; for anybody, until it is said otherwise.
pub fn door(method: Method, path: &str, id: &str, tag: &str, summary: &'static str) -> Operation {
    let (first, rest) = id.split_at(id.len().min(1));
    Operation {
        method,
        path: path.to_owned(),
        id: format!("{}{rest}", first.to_lowercase()),
        tag: tag.to_owned(),
        summary,
        notes: String::new(),
        access: Access::Anybody,
        takes: Takes::Query,
        fields: vec![],
        body: None,
        limits: vec![],
        success: Success::Data(schema_of::<()>),
        refusals: BTreeSet::new(),
        others: vec![],
        unready: None,
    }
}

impl Operation {
    /// Only those may ask.
    pub fn by(mut self, access: Access) -> Self {
        self.access = access;
        let codes: &[ErrorCode] = match access {
            Access::Anybody | Access::OtherMeans => &[],
            Access::SignedIn => &[ErrorCode::NotSignedIn],
            Access::Creators => &[ErrorCode::NotSignedIn, ErrorCode::NotACreator],
            Access::Admins => &[ErrorCode::NotSignedIn, ErrorCode::Forbidden],
        };
        self.refuses(codes)
    }

    /// This can go wrong.
    pub fn refuses(mut self, codes: &[ErrorCode]) -> Self {
        self.refusals.extend(codes.iter().copied().map(Refusal));
        self
    }

    /// More about it.
    pub fn notes(mut self, notes: impl Into<String>) -> Self {
        self.notes = notes.into();
        self
    }

    /// Arguments come like this.
    pub fn takes<T: DeserializeOwned>(mut self, takes: Takes) -> Self {
        self.takes = takes;
        self.fields = fields_of::<T>().unwrap_or_default();
        self
    }

    /// Arguments that no type of ours reads.
    pub fn takes_fields(mut self, takes: Takes, fields: &[(&str, bool, Value)]) -> Self {
        let field = |(name, is_required, schema): &(&str, bool, Value)| Field {
            name: (*name).to_owned(),
            schema: schema.clone(),
            is_required: *is_required,
        };
        self.takes = takes;
        self.fields = fields.iter().map(field).collect();
        self
    }

    /// Arguments are chosen by that type from all there is.
    pub fn body_of<T: JsonSchema>(mut self) -> Self {
        self.body = Some(schema_of::<T>);
        self
    }

    /// What is fine for a field.
    pub fn field(mut self, name: &'static str, limits: Value) -> Self {
        self.limits.push((name, limits));
        self
    }

    /// A field without which it is refused, although it can be read.
    pub fn requires(mut self, name: &str) -> Self {
        for field in self.fields.iter_mut().filter(|field| field.name == name) {
            field.is_required = true;
        }
        self
    }

    /// A field that may be left out, but not be `null`: to serde both are the same.
    pub fn never_null(mut self, name: &str) -> Self {
        for field in self.fields.iter_mut().filter(|field| field.name == name) {
            let kind = field.schema["type"][0].take();
            field.schema["type"] = kind;
        }
        self
    }

    /// A success is something else than data in its envelope.
    pub fn answers(mut self, forms: Vec<(&'static str, Describe)>) -> Self {
        self.success = Success::Plain(forms);
        self
    }

    /// A success holds data of that type.
    pub fn answers_data<T: JsonSchema>(mut self) -> Self {
        self.success = Success::Data(schema_of::<T>);
        self
    }
}
