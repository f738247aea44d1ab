//! Reads the tables of `spec/`'s chapters and walks bytes by them, without the code that encodes.

use std::collections::BTreeMap;

/// What a table calls a type.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// So many bytes.
    Fixed(usize),
    Flag,
    Text,
    List(Box<Type>, u64),
    Option(Box<Type>),
    Named(String),
}

/// A field as its row says: offset if one is given, size if it is fixed.
#[derive(Debug)]
pub struct Field {
    pub offset: Option<usize>,
    pub size: Option<usize>,
    pub of: Type,
}

#[derive(Debug)]
pub enum Table {
    Structure { bytes: Option<usize>, fields: Vec<Field> },
    Variants { count: usize, rows: Vec<(String, Vec<Type>)> },
}

pub struct Grammar(pub BTreeMap<String, Table>);

/// A list or text that the walk met.
#[derive(Debug)]
pub struct Met {
    pub offset: usize,
    pub bound: u64,
}

fn parse_type(text: &str) -> Type {
    let text = text.trim();
    if let Some(rest) = text.strip_prefix("list of ") {
        let (item, bound) = rest.split_once(", at most ").unwrap_or_else(|| panic!("a list without bound: {text}"));
        return Type::List(Box::new(parse_type(item)), bound.parse().expect("a bound"));
    }
    if let Some(rest) = text.strip_prefix("option of ") {
        return Type::Option(Box::new(parse_type(rest)));
    }
    if let Some(rest) = text.strip_prefix('`') {
        return Type::Named(rest.split('`').next().unwrap().to_owned());
    }
    let mut words = text.split(' ');
    match words.next().unwrap() {
        "u8" => Type::Fixed(1),
        "u32" => Type::Fixed(4),
        "u64" => Type::Fixed(8),
        "hash" | "key" | "element" | "scalar" => Type::Fixed(32),
        "signature" => Type::Fixed(64),
        "bytes" => Type::Fixed(words.next().expect("how many").parse().expect("a number")),
        "flag" => Type::Flag,
        "text" => Type::Text,
        other => panic!("no type: {other}"),
    }
}

/// What follows a discriminant: types apart by commas, but for those of a list's bound.
fn parse_types(text: &str) -> Vec<Type> {
    let joined = text.replace(", at most", "; at most");
    let parts = joined.split(", ").filter(|part| !part.trim().is_empty());
    parts.map(|part| parse_type(&part.replace("; at most", ", at most"))).collect()
}

impl Grammar {
    /// The tables of all these pages: the first one under each heading that names a message, up to the line after it.
    pub fn parse<'a>(pages: impl Iterator<Item = &'a str>) -> Self {
        let mut tables = BTreeMap::new();
        // The message whose table is looked for or read, and whether its first row was met.
        let mut open: Option<(String, bool)> = None;
        for line in pages.flat_map(|page| page.lines().chain(std::iter::once(""))) {
            if let Some(heading) = line.strip_prefix("### `") {
                let (name, table) = empty_table(heading);
                assert!(tables.insert(name.clone(), table).is_none(), "{name} twice");
                open = Some((name, false));
            } else if let (Some((name, begun)), Some(row)) = (&mut open, line.strip_prefix("| ")) {
                *begun = true;
                add_row(tables.get_mut(name).unwrap(), &row.split(" | ").map(str::trim).collect::<Vec<_>>());
            } else if line.starts_with('#') || open.as_ref().is_some_and(|(_, begun)| *begun) {
                open = None;
            }
        }
        Self(tables)
    }

    /// Walks one value. Where it ends, and the lists on the way.
    pub fn walk(&self, of: &Type, bytes: &[u8], at: usize, met: &mut Vec<Met>) -> Result<usize, String> {
        match of {
            Type::Fixed(size) => skip(bytes, at, *size),
            Type::Flag => match bytes.get(at) {
                Some(0 | 1) => Ok(at + 1),
                other => Err(format!("flag {other:?} at {at}")),
            },
            Type::Text => {
                met.push(Met { offset: at, bound: 200 });
                skip(bytes, at + 8, number(bytes, at, 8)? as usize)
            }
            Type::List(item, bound) => {
                met.push(Met { offset: at, bound: *bound });
                (0..number(bytes, at, 8)?).try_fold(at + 8, |at, _| self.walk(item, bytes, at, met))
            }
            Type::Option(item) => match bytes.get(at) {
                Some(0) => Ok(at + 1),
                Some(1) => self.walk(item, bytes, at + 1, met),
                other => Err(format!("flag {other:?} at {at}")),
            },
            Type::Named(name) => self.walk_named(name, bytes, at, met),
        }
    }

    fn walk_named(&self, name: &str, bytes: &[u8], at: usize, met: &mut Vec<Met>) -> Result<usize, String> {
        match self.0.get(name).unwrap_or_else(|| panic!("no table for {name}")) {
            Table::Structure { fields, .. } => {
                fields.iter().try_fold(at, |at, field| self.walk(&field.of, bytes, at, met))
            }
            Table::Variants { rows, .. } => {
                let variant = number(bytes, at, 4)? as usize;
                let (_, follows) = rows.get(variant).ok_or_else(|| format!("variant {variant} of {name} at {at}"))?;
                follows.iter().try_fold(at + 4, |at, of| self.walk(of, bytes, at, met))
            }
        }
    }

    /// The width of a type, if it has one.
    pub fn width(&self, of: &Type) -> Option<usize> {
        match of {
            Type::Fixed(size) => Some(*size),
            Type::Flag => Some(1),
            Type::Text | Type::List(..) | Type::Option(_) => None,
            Type::Named(name) => match &self.0[name] {
                Table::Structure { fields, .. } => fields.iter().map(|field| self.width(&field.of)).sum(),
                Table::Variants { .. } => None,
            },
        }
    }
}

/// `Name`, one of N; `Name`, N bytes; or `Name` alone, without the first quote.
fn empty_table(heading: &str) -> (String, Table) {
    let (name, rest) = heading.split_once('`').expect("a closing quote");
    let table = match rest.strip_prefix(", one of ") {
        Some(count) => Table::Variants { count: count.parse().unwrap(), rows: Vec::new() },
        None => {
            let bytes = rest.strip_prefix(", ").and_then(|rest| rest.strip_suffix(" bytes"));
            Table::Structure { bytes: bytes.map(|bytes| bytes.parse().unwrap()), fields: Vec::new() }
        }
    };
    (name.to_owned(), table)
}

fn add_row(table: &mut Table, cells: &[&str]) {
    match table {
        Table::Structure { fields, .. } if cells[0].starts_with('+') || cells[0] == "then" => fields.push(Field {
            offset: cells[0].strip_prefix('+').map(|offset| offset.parse().unwrap()),
            size: cells[1].parse().ok(),
            of: parse_type(cells[2]),
        }),
        Table::Variants { rows, .. } if cells[0].parse::<usize>().is_ok() => {
            assert_eq!(cells[0].parse(), Ok(rows.len()), "variants stand by number");
            rows.push((cells[1].trim_matches('`').to_owned(), parse_types(cells[2])));
        }
        _ => assert!(matches!(cells[0], "offset" | "u32" | "---"), "an odd row: {cells:?}"),
    }
}

fn skip(bytes: &[u8], at: usize, count: usize) -> Result<usize, String> {
    let end = at + count;
    if end <= bytes.len() { Ok(end) } else { Err(format!("{count} bytes at {at} of {}", bytes.len())) }
}

fn number(bytes: &[u8], at: usize, width: usize) -> Result<u64, String> {
    skip(bytes, at, width)?;
    let mut wide = [0; 8];
    wide[..width].copy_from_slice(&bytes[at..at + width]);
    Ok(u64::from_le_bytes(wide))
}
