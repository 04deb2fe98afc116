//! Types: what may stand in the place of what.

use super::{Change, Comparison, Difference};
use crate::model::{Kind, Type, TypeId};

impl<'a> Comparison<'a> {
    /// What is different between two types. What may grow has nothing behind it: the value of a map.
    pub(super) fn types(&mut self, old: TypeId, new: TypeId, may_grow: bool) -> Vec<Difference> {
        let key = (old, new, may_grow);
        if let Some(known) = self.known.get(&key) {
            return known.clone();
        }
        let found = self.compared(old, new, may_grow);
        self.known.insert(key, found.clone());
        found
    }

    fn compared(&mut self, old: TypeId, new: TypeId, may_grow: bool) -> Vec<Difference> {
        let (was, is) = (self.old.of(old), self.new.of(new));
        let itself = |change| {
            vec![Difference {
                path: String::new(),
                within: None,
                change,
            }]
        };
        let retyped = || {
            // Two of one name are told apart by their size.
            let said = |of: &Type| match was.label == is.label {
                true => format!("{} of {} bytes", of.label, of.bytes),
                false => of.label.clone(),
            };
            itself(Change::Retyped {
                was: said(was),
                is: said(is),
            })
        };
        match (&was.kind, &is.kind) {
            (Kind::Value, Kind::Value) if was.label == is.label && was.bytes == is.bytes => Vec::new(),
            (Kind::Bytes, Kind::Bytes) if was.label == is.label => Vec::new(),
            (
                Kind::Mapping { key, value },
                Kind::Mapping {
                    key: new_key,
                    value: new_value,
                },
            ) => {
                let mut found = inside("[key]", self.types(*key, *new_key, false));
                found.extend(inside("[]", self.types(*value, *new_value, true)));
                found
            }
            (Kind::Vector(element), Kind::Vector(new_element)) => {
                inside("[]", self.types(*element, *new_element, false))
            }
            (Kind::Array(count, element), Kind::Array(new_count, new_element)) => {
                let (was, is) = (*count, *new_count);
                let mut found = match () {
                    () if is < was => itself(Change::Shrunk { was, is }),
                    () if is > was && may_grow => itself(Change::Extended { was, is }),
                    () if is > was => itself(Change::Grown { was, is }),
                    () => Vec::new(),
                };
                found.extend(inside("[]", self.types(*element, *new_element, false)));
                found
            }
            (Kind::Struct(fields), Kind::Struct(new_fields)) => {
                let found = self.fields(fields, new_fields, Some(&is.label), may_grow);
                inside(".", found)
            }
            (Kind::Enum(members), Kind::Enum(new_members)) if was.bytes == is.bytes => {
                match (members, new_members) {
                    (Some(members), Some(new_members)) => {
                        changed_members(members, new_members).map_or_else(Vec::new, itself)
                    }
                    (None, _) => itself(Change::MembersUnknown {
                        of: was.label.clone(),
                    }),
                    (_, None) => itself(Change::MembersUnknown { of: is.label.clone() }),
                }
            }
            _ => retyped(),
        }
    }
}

fn inside(step: &str, found: Vec<Difference>) -> Vec<Difference> {
    found
        .into_iter()
        .map(|difference| Difference {
            path: format!("{step}{}", difference.path),
            ..difference
        })
        .collect()
}

/// What is different between the members of two enums: they may only become more.
fn changed_members(old: &[String], new: &[String]) -> Option<Change> {
    let changed = (0..old.len()).find(|number| new.get(*number) != Some(&old[*number]));
    match changed {
        Some(number) => Some(Change::MemberChanged {
            number,
            was: old[number].clone(),
            is: new.get(number).cloned(),
        }),
        None if new.len() > old.len() => Some(Change::MembersAdded {
            added: new[old.len()..].to_vec(),
        }),
        None => None,
    }
}
