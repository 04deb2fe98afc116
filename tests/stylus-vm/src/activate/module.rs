//! Reads a WASM into the parts that activation looks at, keeping hold of the bytes they came from.

use super::ActivationError;
use crate::rules::NO_MULTI_VALUE;
use std::collections::{BTreeMap, HashMap, HashSet};
use wasmparser::{
    Data, Element, ExternalKind, FuncType, MemoryType, Name, NameSectionReader, Operator, Parser, Payload,
    TableType, TypeRef, Validator, WasmFeatures,
};

/// A function that the module asks of the chain.
pub(crate) struct Import<'a> {
    pub(crate) module: &'a str,
    pub(crate) name: &'a str,
    pub(crate) type_index: u32,
}

/// A function of the module.
pub(crate) struct Code<'a> {
    /// How many locals it declares, its parameters not among them.
    pub(crate) locals: usize,
    /// The declaration of the locals as it was read.
    pub(crate) locals_bytes: &'a [u8],
    /// Its operators, each with the bytes it was read from.
    pub(crate) operators: Vec<(Operator<'a>, &'a [u8])>,
}

/// A module that is valid and built of what a program may be built of.
#[derive(Default)]
pub(crate) struct Module<'a> {
    pub(crate) wasm: &'a [u8],
    pub(crate) types: Vec<FuncType>,
    pub(crate) imports: Vec<Import<'a>>,
    /// The type of each function that is not imported.
    pub(crate) functions: Vec<u32>,
    pub(crate) tables: Vec<TableType>,
    pub(crate) memories: Vec<MemoryType>,
    /// The bytes of each global.
    pub(crate) globals: Vec<&'a [u8]>,
    pub(crate) exports: BTreeMap<&'a str, (ExternalKind, u32)>,
    pub(crate) has_start: bool,
    pub(crate) elements: Vec<Element<'a>>,
    pub(crate) codes: Vec<Code<'a>>,
    pub(crate) datas: Vec<Data<'a>>,
    pub(crate) name: &'a str,
    /// Every section but the custom ones, by number, as it was read.
    pub(crate) sections: Vec<(u8, &'a [u8])>,
}

impl From<wasmparser::BinaryReaderError> for ActivationError {
    fn from(error: wasmparser::BinaryReaderError) -> Self {
        Self::Invalid(error.to_string())
    }
}

fn features(arbos_version: u64) -> WasmFeatures {
    let mut features = WasmFeatures::MUTABLE_GLOBAL
        | WasmFeatures::SATURATING_FLOAT_TO_INT
        | WasmFeatures::SIGN_EXTENSION
        | WasmFeatures::BULK_MEMORY
        | WasmFeatures::FLOATS
        | WasmFeatures::GC_TYPES;
    features.set(WasmFeatures::MULTI_VALUE, arbos_version < NO_MULTI_VALUE);
    features
}

impl<'a> Module<'a> {
    /// Reads a WASM by the rules of a version of ArbOS.
    pub(crate) fn parse(wasm: &'a [u8], arbos_version: u64) -> Result<Self, ActivationError> {
        Validator::new_with_features(features(arbos_version)).validate_all(wasm)?;
        let mut module = Module {
            wasm,
            ..Module::default()
        };
        for payload in Parser::new(0).parse_all(wasm) {
            module.read(payload?)?;
        }
        module.check_names()?;
        Ok(module)
    }

    /// The type of a function, imported or not.
    pub(crate) fn function_type(&self, index: u32) -> Option<&FuncType> {
        let index = index as usize;
        let type_index = match self.imports.get(index) {
            Some(import) => import.type_index,
            None => *self.functions.get(index - self.imports.len())?,
        };
        self.types.get(type_index as usize)
    }

    /// The number of an imported function.
    pub(crate) fn import_index(&self, module: &str, name: &str) -> Option<u32> {
        let position = self
            .imports
            .iter()
            .position(|i| i.module == module && i.name == name)?;
        u32::try_from(position).ok()
    }

    fn read(&mut self, payload: Payload<'a>) -> Result<(), ActivationError> {
        if let Some((id, range)) = payload.as_section() {
            if id != 0 {
                self.sections.push((id, &self.wasm[range]));
            }
        }
        match payload {
            Payload::TypeSection(types) => {
                for ty in types.into_iter_err_on_gc_types() {
                    self.types.push(ty?);
                }
            }
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    self.read_import(import?)?;
                }
            }
            Payload::FunctionSection(functions) => {
                for function in functions {
                    self.functions.push(function?);
                }
            }
            Payload::TableSection(tables) => {
                for table in tables {
                    self.tables.push(table?.ty);
                }
            }
            Payload::MemorySection(memories) => {
                for memory in memories {
                    self.memories.push(memory?);
                }
            }
            Payload::GlobalSection(globals) => self.read_globals(globals)?,
            Payload::ExportSection(exports) => {
                for export in exports {
                    let export = export?;
                    self.exports.insert(export.name, (export.kind, export.index));
                }
            }
            Payload::StartSection { .. } => self.has_start = true,
            Payload::ElementSection(elements) => {
                for element in elements {
                    self.elements.push(element?);
                }
            }
            Payload::DataSection(datas) => {
                for data in datas {
                    self.datas.push(data?);
                }
            }
            Payload::CodeSectionEntry(body) => self.read_code(&body)?,
            Payload::CustomSection(custom) => {
                if let wasmparser::KnownCustom::Name(names) = custom.as_known() {
                    self.read_names(names)?;
                }
            }
            Payload::Version { .. } | Payload::CodeSectionStart { .. } | Payload::End(_) => {}
            Payload::DataCountSection { .. } => {
                return Err(ActivationError::UnsupportedSection("data count"));
            }
            _ => return Err(ActivationError::UnsupportedSection("unknown")),
        }
        Ok(())
    }

    fn read_import(&mut self, import: wasmparser::Import<'a>) -> Result<(), ActivationError> {
        let (module, name) = (import.module, import.name);
        let TypeRef::Func(type_index) = import.ty else {
            return Err(ActivationError::ImportKind {
                module: module.into(),
                name: name.into(),
            });
        };
        self.imports.push(Import {
            module,
            name,
            type_index,
        });
        Ok(())
    }

    fn read_globals(&mut self, globals: wasmparser::GlobalSectionReader<'a>) -> Result<(), ActivationError> {
        let end = globals.range().end;
        let mut starts = Vec::new();
        for item in globals.into_iter_with_offsets() {
            let (offset, global) = item?;
            let mut init = global.init_expr.get_operators_reader();
            let constant = matches!(
                init.read()?,
                Operator::I32Const { .. }
                    | Operator::I64Const { .. }
                    | Operator::F32Const { .. }
                    | Operator::F64Const { .. }
            );
            if !constant || !matches!(init.read()?, Operator::End) || !init.eof() {
                return Err(ActivationError::NonConstantGlobal(starts.len()));
            }
            starts.push(offset);
        }
        let ends = starts.iter().skip(1).copied().chain([end]);
        let ranges: Vec<_> = starts.iter().copied().zip(ends).collect();
        self.globals
            .extend(ranges.into_iter().map(|(start, end)| &self.wasm[start..end]));
        Ok(())
    }

    fn read_code(&mut self, body: &wasmparser::FunctionBody<'a>) -> Result<(), ActivationError> {
        let mut locals = 0_usize;
        for group in body.get_locals_reader()? {
            locals += group?.0 as usize;
        }
        let mut reader = body.get_operators_reader()?;
        let mut position = reader.original_position();
        let locals_bytes = &self.wasm[body.range().start..position];
        let mut operators = Vec::new();
        while !reader.eof() {
            let operator = reader.read()?;
            let next = reader.original_position();
            operators.push((operator, &self.wasm[position..next]));
            position = next;
        }
        self.codes.push(Code {
            locals,
            locals_bytes,
            operators,
        });
        Ok(())
    }

    fn read_names(&mut self, names: NameSectionReader<'a>) -> Result<(), ActivationError> {
        for name in names {
            match name? {
                Name::Module { name, .. } => self.name = name,
                Name::Function(functions) => {
                    for naming in functions {
                        naming?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Refuses names that would deceive whoever links the module.
    fn check_names(&self) -> Result<(), ActivationError> {
        let mut seen = HashMap::new();
        for import in &self.imports {
            let prior = seen.insert((import.module, import.name), import.type_index);
            if prior.is_some_and(|prior| prior != import.type_index) {
                return Err(ActivationError::InconsistentImport {
                    module: import.module.into(),
                    name: import.name.into(),
                });
            }
        }
        let exports: HashSet<&str> = self
            .exports
            .keys()
            .filter_map(|export| export.rsplit("__").next())
            .collect();
        if let Some(import) = self.imports.iter().find(|import| exports.contains(import.name)) {
            return Err(ActivationError::ReexportedImport(import.name.into()));
        }
        let mut reserved: Vec<_> = exports
            .into_iter()
            .filter(|name| name.starts_with("stylus"))
            .collect();
        reserved.sort_unstable();
        if let Some(name) = reserved.first() {
            return Err(ActivationError::ReservedExport((*name).into()));
        }
        if let Some(import) = self
            .imports
            .iter()
            .find(|import| import.name.starts_with("stylus"))
        {
            return Err(ActivationError::ReservedImport(import.name.into()));
        }
        Ok(())
    }
}
