//! What a source says about a value: nothing, that there is one, or which; and values that differ by programme.
//!
//! Absent, `null` and given are three things (domain.md 0.6): an absent key is a mechanism the source does not know, `null` one it
//! names without a value, which the product shows as unset and computes nothing from. Both readers keep the place of an error inside them.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::value::{MapAccessDeserializer, StrDeserializer};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A value a source may leave out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Stated<T> {
    /// The source does not know the thing.
    #[default]
    Absent,
    /// The source names the thing and gives no value: shown as unset, nothing is computed from it.
    Unset,
    /// The value.
    Given(T),
}

impl<T> Stated<T> {
    /// The value, when there is one.
    pub fn get(&self) -> Option<&T> {
        match self {
            Self::Given(value) => Some(value),
            Self::Absent | Self::Unset => None,
        }
    }

    /// True when the source names the thing without a value.
    pub fn is_unset(&self) -> bool {
        matches!(self, Self::Unset)
    }

    /// True when the source does not know the thing.
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

impl<T> Stated<Vec<T>> {
    /// The values; empty when none are given.
    pub fn list(&self) -> &[T] {
        self.get().map_or(&[], Vec::as_slice)
    }
}

impl<T: Serialize> Serialize for Stated<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Stated<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Option::<T>::deserialize(deserializer)?;
        Ok(value.map_or(Self::Unset, Self::Given))
    }
}

/// One value, or one for each programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PerProgramme<T> {
    /// For all programmes.
    One(T),
    /// By programme id.
    By(BTreeMap<String, T>),
}

impl<T> PerProgramme<T> {
    /// The value for a programme; `None` when it has none of its own and there is no common one.
    pub fn of(&self, programme: &str) -> Option<&T> {
        match self {
            Self::One(value) => Some(value),
            Self::By(values) => values.get(programme),
        }
    }

    /// Every value, in the order of the programmes' ids.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        let (one, many) = match self {
            Self::One(value) => (Some(value), None),
            Self::By(values) => (None, Some(values.values())),
        };
        one.into_iter().chain(many.into_iter().flatten())
    }

    /// The programmes that have a value of their own.
    pub fn programmes(&self) -> impl Iterator<Item = &str> {
        let values = match self {
            Self::One(_) => None,
            Self::By(values) => Some(values.keys().map(String::as_str)),
        };
        values.into_iter().flatten()
    }
}

impl<T: Serialize> Serialize for PerProgramme<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::One(value) => value.serialize(serializer),
            Self::By(values) => values.serialize(serializer),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for PerProgramme<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMore<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for OneOrMore<T> {
            type Value = PerProgramme<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or one for each programme")
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                T::deserialize(StrDeserializer::new(text)).map(PerProgramme::One)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                BTreeMap::deserialize(MapAccessDeserializer::new(map)).map(PerProgramme::By)
            }
        }

        deserializer.deserialize_any(OneOrMore(PhantomData))
    }
}

#[cfg(feature = "schema")]
mod schema {
    use super::{BTreeMap, PerProgramme, Stated};
    use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
    use std::borrow::Cow;

    impl<T: JsonSchema> JsonSchema for Stated<T> {
        fn inline_schema() -> bool {
            true
        }
        fn schema_name() -> Cow<'static, str> {
            Cow::Owned(format!("Stated_{}", T::schema_name()))
        }
        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            generator.subschema_for::<Option<T>>()
        }
    }

    impl<T: JsonSchema> JsonSchema for PerProgramme<T> {
        fn inline_schema() -> bool {
            true
        }
        fn schema_name() -> Cow<'static, str> {
            Cow::Owned(format!("PerProgramme_{}", T::schema_name()))
        }
        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let one = generator.subschema_for::<T>();
            let by = generator.subschema_for::<BTreeMap<String, T>>();
            json_schema!({"anyOf": [one, by]})
        }
    }
}
