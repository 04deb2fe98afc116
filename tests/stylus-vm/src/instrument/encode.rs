//! Writes the rewritten module.

use super::{Globals, Instrumented, INK_LEFT, INK_STATUS, STACK_LEFT};
use crate::activate::{Module, ENTRYPOINT};
use wasm_encoder::{
    CodeSection, ConstExpr, ExportKind, ExportSection, GlobalSection, GlobalType, RawSection, SectionId,
    ValType,
};
use wasmparser::ExternalKind;

impl Instrumented<'_> {
    /// The module as it is compiled: without names, with the globals of the meter, and exporting only what the
    /// machine needs.
    pub(crate) fn encode(&self, source: &Module<'_>) -> Vec<u8> {
        let mut out = wasm_encoder::Module::new();
        let mut globals_are_written = false;
        for &(id, data) in &source.sections {
            // A module without globals gets the section where it belongs, before the exports.
            if id >= SectionId::Global as u8 && id <= SectionId::Code as u8 && !globals_are_written {
                out.section(&self.globals(source));
                globals_are_written = true;
            }
            if id == SectionId::Export as u8 {
                out.section(&exports(source, self.globals));
            } else if id == SectionId::Code as u8 {
                out.section(&self.code(source));
            } else if id != SectionId::Global as u8 {
                out.section(&RawSection { id, data });
            }
        }
        out.finish()
    }

    fn globals(&self, source: &Module<'_>) -> GlobalSection {
        let mut section = GlobalSection::new();
        for global in &source.globals {
            section.raw(global);
        }
        let variable = |val_type| GlobalType {
            val_type,
            mutable: true,
            shared: false,
        };
        section.global(variable(ValType::I64), &ConstExpr::i64_const(0));
        for _ in [self.globals.status, self.globals.scratch, self.globals.stack] {
            section.global(variable(ValType::I32), &ConstExpr::i32_const(0));
        }
        section
    }

    fn code(&self, source: &Module<'_>) -> CodeSection {
        let mut section = CodeSection::new();
        let mut body = Vec::new();
        for (code, function) in source.codes.iter().zip(&self.functions) {
            body.clear();
            body.extend_from_slice(code.locals_bytes);
            for op in function {
                op.encode(&mut body);
            }
            section.raw(&body);
        }
        section
    }
}

fn exports(source: &Module<'_>, globals: Globals) -> ExportSection {
    let mut section = ExportSection::new();
    if let Some((ExternalKind::Func, index)) = source.exports.get(ENTRYPOINT) {
        section.export(ENTRYPOINT, ExportKind::Func, *index);
    }
    section.export("memory", ExportKind::Memory, 0);
    section.export(INK_LEFT, ExportKind::Global, globals.ink);
    section.export(INK_STATUS, ExportKind::Global, globals.status);
    section.export(STACK_LEFT, ExportKind::Global, globals.stack);
    section
}
