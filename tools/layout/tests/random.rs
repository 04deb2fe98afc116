//! Layouts of any kind: one that grows at its end may always follow, and after any other single edit it may not, unless nothing was moved.

use layout::{
    compare::{compare, compatible},
    model::Layout,
    read,
};
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::{json, Map, Value};

/// A type, as a person writes it.
#[derive(Clone, Debug, PartialEq)]
enum Of {
    Uint(u64),
    Bool,
    Address,
    Text,
    Mapping(Box<Of>, Box<Of>),
    Vector(Box<Of>),
    Array(u64, Box<Of>),
    Struct(Vec<Of>),
}

fn types() -> impl Strategy<Value = Of> {
    let value = prop_oneof![
        (1_u64..=32).prop_map(|bytes| Of::Uint(bytes * 8)),
        Just(Of::Bool),
        Just(Of::Address),
        Just(Of::Text),
    ];
    value.clone().prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![
            (value.clone(), inner.clone()).prop_map(|(key, value)| Of::Mapping(key.into(), value.into())),
            inner.clone().prop_map(|element| Of::Vector(element.into())),
            (1_u64..9, inner.clone()).prop_map(|(count, element)| Of::Array(count, element.into())),
            vec(inner, 1..4).prop_map(Of::Struct),
        ]
    })
}

impl Of {
    /// The bytes of the place, and whether it begins a word and fills it.
    fn size(&self) -> (u64, bool) {
        match self {
            Self::Uint(bits) => (bits / 8, false),
            Self::Bool => (1, false),
            Self::Address => (20, false),
            Self::Text | Self::Mapping(..) | Self::Vector(_) => (32, true),
            Self::Array(count, element) => match element.size() {
                (bytes, false) => (count.div_ceil(32 / bytes) * 32, true),
                (bytes, true) => (count * bytes, true),
            },
            Self::Struct(members) => (places(members).1 * 32, true),
        }
    }

    fn id(&self) -> String {
        match self {
            Self::Uint(bits) => format!("t_uint{bits}"),
            Self::Bool => "t_bool".into(),
            Self::Address => "t_address".into(),
            Self::Text => "t_string_storage".into(),
            Self::Mapping(key, value) => format!("t_mapping({},{})", key.id(), value.id()),
            Self::Vector(element) => format!("t_array({})dyn_storage", element.id()),
            Self::Array(count, element) => format!("t_array({}){count}_storage", element.id()),
            Self::Struct(members) => {
                let members: Vec<String> = members.iter().map(Self::id).collect();
                format!("t_struct({})_storage", members.join(" "))
            }
        }
    }

    fn write(&self, types: &mut Map<String, Value>) {
        let bytes = self.size().0.to_string();
        let written = match self {
            Self::Uint(bits) => {
                json!({"encoding": "inplace", "label": format!("uint{bits}"), "numberOfBytes": bytes})
            }
            Self::Bool => json!({"encoding": "inplace", "label": "bool", "numberOfBytes": bytes}),
            Self::Address => json!({"encoding": "inplace", "label": "address", "numberOfBytes": bytes}),
            Self::Text => json!({"encoding": "bytes", "label": "string", "numberOfBytes": bytes}),
            Self::Mapping(key, value) => {
                key.write(types);
                value.write(types);
                json!({"encoding": "mapping", "label": "a map", "numberOfBytes": bytes, "key": key.id(), "value": value.id()})
            }
            Self::Vector(element) => {
                element.write(types);
                json!({"encoding": "dynamic_array", "label": "a vector", "numberOfBytes": bytes, "base": element.id()})
            }
            Self::Array(count, element) => {
                element.write(types);
                json!({"encoding": "inplace", "label": format!("an array[{count}]"), "numberOfBytes": bytes, "base": element.id()})
            }
            Self::Struct(members) => {
                let members: Vec<(String, Of)> = named(members);
                let written = list(&members, types);
                json!({"encoding": "inplace", "label": "struct", "numberOfBytes": bytes, "members": written})
            }
        };
        types.insert(self.id(), written);
    }

    /// Another type in one place: somewhere in it, a value is another value.
    fn mutated(&self, way: &mut impl Iterator<Item = usize>) -> Self {
        let mut choose = |most: usize| way.next().unwrap_or(0) % most;
        match self {
            Self::Address => Self::Bool,
            Self::Uint(_) | Self::Bool | Self::Text => Self::Address,
            Self::Mapping(key, value) => {
                if choose(2) == 0 {
                    Self::Mapping(key.mutated(way).into(), value.clone())
                } else {
                    Self::Mapping(key.clone(), value.mutated(way).into())
                }
            }
            Self::Vector(element) => Self::Vector(element.mutated(way).into()),
            Self::Array(count, element) => Self::Array(*count, element.mutated(way).into()),
            Self::Struct(members) => {
                let chosen = choose(members.len());
                let mut members = members.clone();
                members[chosen] = members[chosen].mutated(way);
                Self::Struct(members)
            }
        }
    }
}

fn named(members: &[Of]) -> Vec<(String, Of)> {
    members
        .iter()
        .enumerate()
        .map(|(number, of)| (format!("m{number}"), of.clone()))
        .collect()
}

/// Where each lies, and how many words there are.
fn places(fields: &[Of]) -> (Vec<(u64, u64)>, u64) {
    let mut byte = 0_u64;
    let mut places = Vec::new();
    for field in fields {
        let (bytes, alone) = field.size();
        if alone || byte % 32 + bytes > 32 {
            byte = byte.next_multiple_of(32);
        }
        places.push((byte / 32, byte % 32));
        byte += bytes;
        if alone {
            byte = byte.next_multiple_of(32);
        }
    }
    (places, byte.div_ceil(32))
}

fn list(fields: &[(String, Of)], types: &mut Map<String, Value>) -> Value {
    let of: Vec<Of> = fields.iter().map(|(_, of)| of.clone()).collect();
    let written: Vec<Value> = fields
        .iter()
        .zip(places(&of).0)
        .map(|((label, of), (slot, offset))| {
            of.write(types);
            json!({"label": label, "slot": slot.to_string(), "offset": offset, "bytes": of.size().0, "type": of.id()})
        })
        .collect();
    Value::Array(written)
}

fn layout(fields: &[(String, Of)]) -> Layout {
    let mut types = Map::new();
    let storage = list(fields, &mut types);
    let text = json!({"storage": storage, "types": types}).to_string();
    read::text(&text, None).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn fields() -> impl Strategy<Value = Vec<(String, Of)>> {
    vec(types(), 1..7).prop_map(|members| {
        let mut fields = named(&members);
        // Names of structs' members and of fields are not the same.
        for (name, _) in &mut fields {
            name.insert(0, 'f');
        }
        fields
    })
}

/// Whether the second may follow the first. Both hashes are looked at.
fn follows(old: &[(String, Of)], new: &[(String, Of)]) -> bool {
    let (before, after) = (layout(old), layout(new));
    let same_hash = before.hash().unwrap() == after.hash().unwrap();
    assert_eq!(
        same_hash,
        old == new,
        "a hash is the same exactly when the layout is"
    );
    let differences = compare(&before, &after);
    assert_eq!(differences.is_empty(), old == new, "{differences:?}");
    compatible(&differences)
}

/// Where each of the fields lies.
fn places_of(fields: &[(String, Of)]) -> Vec<(String, (u64, u64))> {
    let of: Vec<Of> = fields.iter().map(|(_, of)| of.clone()).collect();
    fields
        .iter()
        .map(|(name, _)| name.clone())
        .zip(places(&of).0)
        .collect()
}

proptest! {
    #[test]
    fn what_only_grows_at_its_end_may_follow(old in fields(), more in vec(types(), 0..4)) {
        let mut new = old.clone();
        new.extend(more.into_iter().enumerate().map(|(number, of)| (format!("new{number}"), of)));
        prop_assert!(follows(&old, &new));
    }

    #[test]
    fn what_loses_a_field_may_not(old in fields(), at in any::<Index>()) {
        let mut new = old.clone();
        new.remove(at.index(old.len()));
        prop_assert!(!follows(&old, &new));
    }

    #[test]
    fn what_renames_one_may_not(old in fields(), at in any::<Index>()) {
        let mut new = old.clone();
        new[at.index(old.len())].0 = "renamed".into();
        prop_assert!(!follows(&old, &new));
    }

    #[test]
    fn what_makes_a_value_another_anywhere_in_it_may_not(old in fields(), at in any::<Index>(), way in vec(any::<usize>(), 8)) {
        let mut new = old.clone();
        let at = at.index(old.len());
        new[at].1 = old[at].1.mutated(&mut way.into_iter());
        prop_assert!(!follows(&old, &new));
    }

    #[test]
    fn what_exchanges_two_may_not(old in fields(), one in any::<Index>(), other in any::<Index>()) {
        let (one, other) = (one.index(old.len()), other.index(old.len()));
        prop_assume!(one != other);
        let mut new = old.clone();
        new.swap(one, other);
        prop_assert!(!follows(&old, &new));
    }

    #[test]
    fn what_inserts_one_may_only_if_nothing_moved(old in fields(), at in any::<Index>(), of in types()) {
        let mut new = old.clone();
        new.insert(at.index(old.len()), ("inserted".into(), of));
        let still = places_of(&new).into_iter().filter(|(name, _)| name != "inserted").collect::<Vec<_>>();
        prop_assert_eq!(follows(&old, &new), still == places_of(&old));
    }

    #[test]
    fn a_struct_may_grow_in_a_map_and_nowhere_else(members in vec(types(), 1..4), more in types(), before in types(), count in 1_u64..4) {
        let small = Of::Struct(members.clone());
        let mut members = members;
        members.push(more);
        let large = Of::Struct(members);
        let with = |of: Of| vec![("before".to_owned(), before.clone()), ("it".to_owned(), of)];
        let map = |of: Of| Of::Mapping(Of::Address.into(), of.into());
        prop_assert!(follows(&with(map(small.clone())), &with(map(large.clone()))));
        prop_assert!(follows(&with(map(map(small.clone()))), &with(map(map(large.clone())))));
        // Not back, not by itself, not as an element, and not in a struct in a map.
        prop_assert!(!follows(&with(map(large.clone())), &with(map(small.clone()))));
        prop_assert!(!follows(&with(small.clone()), &with(large.clone())));
        prop_assert!(!follows(&with(Of::Vector(small.clone().into())), &with(Of::Vector(large.clone().into()))));
        prop_assert!(!follows(&with(Of::Array(count, small.clone().into())), &with(Of::Array(count, large.clone().into()))));
        prop_assert!(!follows(&with(map(Of::Struct(vec![small]))), &with(map(Of::Struct(vec![large])))));
    }

    #[test]
    fn an_array_may_grow_in_a_map_and_nowhere_else(count in 1_u64..9, more in 1_u64..9, element in types()) {
        let small = Of::Array(count, element.clone().into());
        let large = Of::Array(count + more, element.into());
        let with = |of: Of| vec![("it".to_owned(), of)];
        let map = |of: Of| Of::Mapping(Of::Bool.into(), of.into());
        prop_assert!(follows(&with(map(small.clone())), &with(map(large.clone()))));
        prop_assert!(!follows(&with(map(large.clone())), &with(map(small.clone()))));
        prop_assert!(!follows(&with(small.clone()), &with(large.clone())));
        prop_assert!(!follows(&with(large), &with(small)));
    }

    #[test]
    fn two_layouts_have_one_hash_exactly_when_they_are_one(one in fields(), other in fields()) {
        follows(&one, &other);
        prop_assert!(follows(&one, &one));
    }
}
