//! Reading JSON in little code: text becomes a tree, the tree becomes any type that derives `Deserialize`.
//!
//! `serde_json` reads each type straight from text, which costs a copy of the parser's paths per type, arrays that stand for
//! structs included. Here there is one parser, a struct is read from an object only, and errors carry no words: an answer that
//! does not read means that page and node are of different versions, and the page says just that. Half the code for the same
//! types; the front end's only budget is its size. Numbers are whole: nothing on the wire is anything else.
//!
//! Input comes from the node or this browser's own store. Depth is bounded, so that no text can exhaust the stack.

use std::fmt;

use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess,
    Visitor,
};
use serde::forward_to_deserialize_any;

/// How deep values may nest. The deepest type has six levels.
const DEPTH_MAX: u8 = 32;

/// The text is not what the type needs. Deliberately without words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unreadable")
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
    fn invalid_type(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }
    fn invalid_value(_: de::Unexpected<'_>, _: &dyn de::Expected) -> Self {
        Self
    }
    fn invalid_length(_: usize, _: &dyn de::Expected) -> Self {
        Self
    }
    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }
    fn missing_field(_: &'static str) -> Self {
        Self
    }
    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

/// Reads a value.
///
/// # Errors
/// [`Unreadable`] for anything the type does not take.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    T::deserialize(parse(text)?)
}

/// A value as it stands in the text.
#[derive(Debug, Clone, PartialEq)]
enum Node {
    Null,
    Bool(bool),
    Int(i64),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

fn parse(text: &str) -> Result<Node, Unreadable> {
    let mut parser = Parser { text, at: 0 };
    let node = parser.value(0)?;
    parser.space();
    if parser.at == text.len() {
        Ok(node)
    } else {
        Err(Unreadable)
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\n' | b'\r' | b'\t') {
            self.at += 1;
        }
    }

    fn take(&mut self, byte: u8) -> bool {
        self.space();
        let there = self.peek() == byte;
        self.at += usize::from(there);
        there
    }

    fn word(&mut self, word: &str, node: Node) -> Result<Node, Unreadable> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            Ok(node)
        } else {
            Err(Unreadable)
        }
    }

    fn value(&mut self, depth: u8) -> Result<Node, Unreadable> {
        if depth > DEPTH_MAX {
            return Err(Unreadable);
        }
        self.space();
        match self.peek() {
            b'n' => self.word("null", Node::Null),
            b't' => self.word("true", Node::Bool(true)),
            b'f' => self.word("false", Node::Bool(false)),
            b'"' => self.string().map(Node::Text),
            b'-' | b'0'..=b'9' => self.number(),
            b'[' => {
                self.at += 1;
                let mut list = Vec::new();
                if self.take(b']') {
                    return Ok(Node::List(list));
                }
                loop {
                    list.push(self.value(depth + 1)?);
                    if self.take(b']') {
                        return Ok(Node::List(list));
                    }
                    if !self.take(b',') {
                        return Err(Unreadable);
                    }
                }
            }
            b'{' => {
                self.at += 1;
                let mut map = Vec::new();
                if self.take(b'}') {
                    return Ok(Node::Map(map));
                }
                loop {
                    self.space();
                    let key = self.string()?;
                    if !self.take(b':') {
                        return Err(Unreadable);
                    }
                    map.push((key, self.value(depth + 1)?));
                    if self.take(b'}') {
                        return Ok(Node::Map(map));
                    }
                    if !self.take(b',') {
                        return Err(Unreadable);
                    }
                }
            }
            _ => Err(Unreadable),
        }
    }

    fn number(&mut self) -> Result<Node, Unreadable> {
        let start = self.at;
        while matches!(self.peek(), b'-' | b'0'..=b'9') {
            self.at += 1;
        }
        if matches!(self.peek(), b'.' | b'e' | b'E' | b'+') {
            return Err(Unreadable);
        }
        self.text[start..self.at]
            .parse()
            .map(Node::Int)
            .map_err(|_| Unreadable)
    }

    fn string(&mut self) -> Result<String, Unreadable> {
        if self.peek() != b'"' {
            return Err(Unreadable);
        }
        self.at += 1;
        let mut out = String::new();
        loop {
            let start = self.at;
            while !matches!(self.peek(), b'"' | b'\\' | 0..=0x1f) {
                self.at += 1;
            }
            // The bytes looked for are ASCII, so both ends are at characters.
            out.push_str(&self.text[start..self.at]);
            match self.peek() {
                b'"' => {
                    self.at += 1;
                    return Ok(out);
                }
                b'\\' => {
                    self.at += 1;
                    let escape = self.peek();
                    self.at += 1;
                    out.push(match escape {
                        b'"' | b'\\' | b'/' => char::from(escape),
                        b'n' => '\n',
                        b't' => '\t',
                        b'r' => '\r',
                        b'b' => '\u{8}',
                        b'f' => '\u{c}',
                        b'u' => self.unicode()?,
                        _ => return Err(Unreadable),
                    });
                }
                _ => return Err(Unreadable),
            }
        }
    }

    fn hex(&mut self) -> Result<u32, Unreadable> {
        let digits = self.text.get(self.at..self.at + 4).ok_or(Unreadable)?;
        self.at += 4;
        u32::from_str_radix(digits, 16).map_err(|_| Unreadable)
    }

    fn unicode(&mut self) -> Result<char, Unreadable> {
        let high = self.hex()?;
        if !(0xd800..0xdc00).contains(&high) {
            return char::from_u32(high).ok_or(Unreadable);
        }
        if !(self.take(b'\\') && self.take(b'u')) {
            return Err(Unreadable);
        }
        let low = self.hex()?.wrapping_sub(0xdc00);
        char::from_u32(0x1_0000 + ((high - 0xd800) << 10) + (low & 0x3ff))
            .filter(|_| low < 0x400)
            .ok_or(Unreadable)
    }
}

impl<'de> de::Deserializer<'de> for Node {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool(flag) => visitor.visit_bool(flag),
            Self::Int(number) => visitor.visit_i64(number),
            Self::Text(text) => visitor.visit_string(text),
            Self::List(list) => visitor.visit_seq(Items(list.into_iter())),
            Self::Map(map) => visitor.visit_map(Pairs {
                pairs: map.into_iter(),
                value: None,
            }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Self::Null => visitor.visit_none(),
            other => visitor.visit_some(other),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_map(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Self::Map(map) => visitor.visit_map(Pairs {
                pairs: map.into_iter(),
                value: None,
            }),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Self::List(list) => visitor.visit_seq(Items(list.into_iter())),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self {
            Self::Text(text) => visitor.visit_string(text),
            _ => Err(Unreadable),
        }
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_string(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        self.deserialize_string(visitor)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        visitor.visit_unit()
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        match self {
            Self::Text(name) => visitor.visit_enum(Variant {
                name,
                content: None,
            }),
            Self::Map(mut map) if map.len() == 1 => match map.pop() {
                Some((name, content)) => visitor.visit_enum(Variant {
                    name,
                    content: Some(content),
                }),
                None => Err(Unreadable),
            },
            _ => Err(Unreadable),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple_struct
    }
}

struct Items(std::vec::IntoIter<Node>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Unreadable> {
        self.0.next().map(|node| seed.deserialize(node)).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

struct Pairs {
    pairs: std::vec::IntoIter<(String, Node)>,
    value: Option<Node>,
}

impl<'de> MapAccess<'de> for Pairs {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Unreadable> {
        let Some((key, value)) = self.pairs.next() else {
            return Ok(None);
        };
        self.value = Some(value);
        seed.deserialize(Node::Text(key)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, Unreadable> {
        seed.deserialize(self.value.take().ok_or(Unreadable)?)
    }
}

struct Variant {
    name: String,
    content: Option<Node>,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Unreadable;
    type Variant = Content;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Content), Unreadable> {
        Ok((
            seed.deserialize(Node::Text(self.name))?,
            Content(self.content),
        ))
    }
}

struct Content(Option<Node>);

impl<'de> VariantAccess<'de> for Content {
    type Error = Unreadable;

    fn unit_variant(self) -> Result<(), Unreadable> {
        if self.0.is_none() {
            Ok(())
        } else {
            Err(Unreadable)
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(
        self,
        seed: T,
    ) -> Result<T::Value, Unreadable> {
        seed.deserialize(self.0.ok_or(Unreadable)?)
    }

    fn tuple_variant<V: Visitor<'de>>(
        self,
        len: usize,
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        de::Deserializer::deserialize_tuple(self.0.ok_or(Unreadable)?, len, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        de::Deserializer::deserialize_map(self.0.ok_or(Unreadable)?, visitor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::command::{Command, Why};
    use shared::field::{Field, FieldPath};
    use shared::ids::ProjectId;
    use shared::profile::Profile;
    use shared::value::Value;

    #[test]
    fn what_serde_json_writes_reads_back() {
        let command = Command::Edit {
            project: ProjectId::from_parts(1, [1; 10]),
            set: [
                (
                    FieldPath::once(Field::Name),
                    Value::from("\"三合\"\\\n\u{1}😀"),
                ),
                (FieldPath::once(Field::Deleted), Value::Null),
                (
                    FieldPath::once(Field::TotalInvestmentFen),
                    Value::Int(-9_007_199_254_740_993),
                ),
                (FieldPath::once(Field::IsExtraMajor), Value::Bool(true)),
            ]
            .into(),
            on_behalf: None,
        };
        assert_eq!(
            read(&serde_json::to_string(&command).unwrap_or_default()),
            Ok(command)
        );
        for why in [
            Why::NotFound,
            Why::BadValue {
                expected: "date".into(),
            },
        ] {
            assert_eq!(
                read(&serde_json::to_string(&why).unwrap_or_default()),
                Ok(why)
            );
        }
        assert_eq!(
            read::<String>(r#" "\ud83d\ude00\u4e09\/" "#),
            Ok("😀三/".to_owned())
        );
        assert_eq!(
            read::<Vec<Option<i64>>>("[1, null,-2]"),
            Ok(vec![Some(1), None, Some(-2)])
        );
    }

    #[test]
    fn the_countys_rules_read_back() {
        let profile = Profile::built_in("kaizhou").ok();
        let text = serde_json::to_string(&profile).unwrap_or_default();
        assert!(profile.is_some());
        assert_eq!(read::<Option<Profile>>(&text), Ok(profile));
    }

    #[test]
    fn text_that_is_no_json_is_refused_and_never_panics() {
        for bad in [
            "",
            "{",
            "[1,]",
            "{\"a\"}",
            "\"",
            "\"\\u12",
            "\"\\ud800\"",
            "\"\\ud800\\u0041\"",
            "1.5",
            "1e3",
            "--1",
            "nul",
            "\"\u{1}\"",
            "[1]x",
            "{\"a\":1,}",
            "\"\\x\"",
            "99999999999999999999",
        ] {
            assert_eq!(
                read::<serde::de::IgnoredAny>(bad).err(),
                Some(Unreadable),
                "{bad}"
            );
        }
        let deep = "[".repeat(100_000);
        assert!(read::<serde::de::IgnoredAny>(&deep).is_err());
        let text = "{\"a\":[1,\"三\\u4e09\"]}";
        for cut in (0..text.len()).filter(|cut| text.is_char_boundary(*cut)) {
            assert!(read::<serde::de::IgnoredAny>(&text[..cut]).is_err());
        }
    }
}
