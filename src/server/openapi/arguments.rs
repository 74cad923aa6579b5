//! What a server function takes, asked of serde itself: the function's arguments are read from a source that gives
//! nothing and writes down what is asked for. So the document names exactly the fields that a request is read by, with
//! the types that they are read as, and nothing has to be said twice.

use std::fmt::Display;

use serde::{
    Deserializer,
    de::{DeserializeOwned, DeserializeSeed, IntoDeserializer as _, MapAccess, SeqAccess, Visitor, value},
    forward_to_deserialize_any,
};
use serde_json::{Map, Value, json};

/// One field of a request.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// As it is on the wire.
    pub name: String,
    /// What is read, as a JSON schema.
    pub schema: Value,
    /// The request cannot be read without it.
    pub is_required: bool,
}

/// The fields that `T` is read from; `None` when it takes all there is, for a type within it to choose from.
pub fn fields_of<T: DeserializeOwned>() -> Option<Vec<Field>> {
    let names = names_of::<T>()?;
    let typed: Vec<(&'static str, Value)> = names.iter().map(|name| (*name, type_of::<T>(name))).collect();
    let sample = |left_out: &str| -> Value {
        let rest = typed.iter().filter(|(name, _)| *name != left_out);
        rest.map(|(name, schema)| ((*name).to_owned(), sample_of(schema))).collect::<Map<_, _>>().into()
    };
    let is_required = |name: &str| serde_json::from_value::<T>(sample(name)).is_err();
    let field = |(name, schema): &(&'static str, Value)| Field {
        name: (*name).to_owned(),
        schema: schema.clone(),
        is_required: is_required(name),
    };
    Some(typed.iter().map(field).collect())
}

fn names_of<T: DeserializeOwned>() -> Option<&'static [&'static str]> {
    let mut names = None;
    // It always fails: there is nothing to read.
    let _ = T::deserialize(AskedForNames(&mut names));
    names
}

fn type_of<T: DeserializeOwned>(name: &'static str) -> Value {
    let mut found = json!({});
    let _ = T::deserialize(AskedForField { name, found: &mut found });
    found
}

/// Something of that type.
fn sample_of(schema: &Value) -> Value {
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str());
    match kind {
        Some("string") => json!(""),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        _ => json!(0),
    }
}

/// Nothing is ever given.
fn nothing() -> value::Error {
    serde::de::Error::custom("there is nothing to read")
}

/// Writes down which fields there are.
struct AskedForNames<'a>(&'a mut Option<&'static [&'static str]>);

impl<'de> Deserializer<'de> for AskedForNames<'_> {
    type Error = value::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Self::Error> {
        *self.0 = Some(fields);
        Err(nothing())
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(nothing())
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Gives one field, whose value writes down as what it is read.
struct AskedForField<'a> {
    name: &'static str,
    found: &'a mut Value,
}

impl<'de> Deserializer<'de> for AskedForField<'_> {
    type Error = value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_map(OneField { name: Some(self.name), found: self.found })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct OneField<'a> {
    name: Option<&'static str>,
    found: &'a mut Value,
}

impl<'de> MapAccess<'de> for OneField<'_> {
    type Error = value::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        self.name.take().map(|name| seed.deserialize(name.into_deserializer())).transpose()
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        seed.deserialize(AskedForType(self.found))
    }
}

/// Writes down as what it is read.
struct AskedForType<'a>(&'a mut Value);

impl AskedForType<'_> {
    fn asked<T>(self, kind: &str) -> Result<T, value::Error> {
        *self.0 = json!({ "type": kind });
        Err(nothing())
    }

    fn asked_whole<T>(self, minimum: impl Display, maximum: impl Display) -> Result<T, value::Error> {
        let number = |text: String| text.parse::<serde_json::Number>().map_or(Value::Null, Value::Number);
        let (minimum, maximum) = (number(minimum.to_string()), number(maximum.to_string()));
        *self.0 = json!({ "type": "integer", "minimum": minimum, "maximum": maximum });
        Err(nothing())
    }
}

impl<'de> Deserializer<'de> for AskedForType<'_> {
    type Error = value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(nothing())
    }

    fn deserialize_bool<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        self.asked("boolean")
    }

    fn deserialize_i64<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        self.asked_whole(i64::MIN, i64::MAX)
    }

    fn deserialize_u32<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        self.asked_whole(u32::MIN, u32::MAX)
    }

    fn deserialize_str<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        self.asked("string")
    }

    fn deserialize_string<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        self.asked("string")
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let asked = visitor.visit_some(AskedForType(self.0));
        let kind = self.0["type"].take();
        self.0["type"] = json!([kind, "null"]);
        asked
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        let mut items = json!({});
        let asked = visitor.visit_seq(OneItem(&mut items));
        *self.0 = json!({ "type": "array", "items": items });
        asked
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct map struct enum
        identifier ignored_any
    }
}

struct OneItem<'a>(&'a mut Value);

impl<'de> SeqAccess<'de> for OneItem<'_> {
    type Error = value::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Self::Error> {
        seed.deserialize(AskedForType(self.0)).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{auth, chat, stream};

    fn of<T: DeserializeOwned>() -> Vec<(String, Value, bool)> {
        let fields = fields_of::<T>().expect("fields");
        fields.into_iter().map(|field| (field.name, field.schema, field.is_required)).collect()
    }

    #[test]
    fn fields_are_those_that_a_request_is_read_by() {
        let text = json!({ "type": "string" });
        let maybe_text = json!({ "type": ["string", "null"] });
        assert_eq!(of::<auth::Me>(), []);
        assert_eq!(
            of::<auth::SignIn>(),
            [
                ("login".to_owned(), text.clone(), true),
                ("password".to_owned(), text.clone(), true),
                ("next".to_owned(), maybe_text.clone(), false)
            ]
        );
        assert_eq!(of::<stream::MakeIngress>(), [("inputType".to_owned(), maybe_text.clone(), false)]);
        assert_eq!(
            of::<chat::ChangeBlockedWords>(),
            [("words".to_owned(), json!({ "type": ["array", "null"], "items": text }), false)]
        );
        let seconds = json!({ "type": ["integer", "null"], "minimum": i64::MIN, "maximum": i64::MAX });
        assert_eq!(of::<chat::Ban>()[2], ("seconds".to_owned(), seconds, false));
    }

    #[test]
    fn what_is_taken_whole_has_no_fields_of_its_own() {
        assert_eq!(fields_of::<stream::ChangeStreamInfo>(), None);
    }
}
