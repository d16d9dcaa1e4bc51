//! Writes macros as storage: code, panels, decisions, and shells that were kept.

use super::write::{Inside, Writer};
use super::write_inline::{attr, text};
use crate::WriteError;
use crate::model::{Attrs, Block, CodeBlock, Keep, Panel, PanelKind, Span, Task};
use crate::outcome::{Warning, WarningKind};

impl Writer<'_, '_> {
    /// Decisions as Cloud stores them: ADF inside storage, with a list for those who can not read it.
    pub(super) fn decisions(&mut self, tasks: &[Task]) -> Result<(), WriteError> {
        self.out.push_str("<ac:adf-extension><ac:adf-node type=\"decision-list\">");
        for task in tasks {
            let state = if task.done { "DECIDED" } else { "UNDECIDED" };
            self.out
                .push_str("<ac:adf-node type=\"decision-item\"><ac:adf-attribute key=\"state\">");
            self.out.push_str(state);
            self.out.push_str("</ac:adf-attribute><ac:adf-content>");
            self.inlines(&task.inlines)?;
            self.out.push_str("</ac:adf-content></ac:adf-node>");
        }
        self.out.push_str("</ac:adf-node><ac:adf-fallback><ul class=\"decision-list\">");
        for task in tasks {
            self.out.push_str("<li>");
            self.inlines(&task.inlines)?;
            self.out.push_str("</li>");
        }
        self.out.push_str("</ul></ac:adf-fallback></ac:adf-extension>");
        Ok(())
    }

    pub(super) fn macro_open(&mut self, name: &str) {
        self.out.push_str("<ac:structured-macro");
        attr(&mut self.out, "ac:name", name);
        attr(&mut self.out, "ac:schema-version", "1");
        self.out.push('>');
    }

    pub(super) fn macro_close(&mut self) {
        self.out.push_str("</ac:structured-macro>");
    }

    pub(super) fn parameter(&mut self, name: &str, content: &str) {
        self.out.push_str("<ac:parameter");
        attr(&mut self.out, "ac:name", name);
        self.out.push('>');
        text(&mut self.out, content);
        self.out.push_str("</ac:parameter>");
    }

    pub(super) fn parameters(&mut self, attrs: &Attrs) {
        for (name, content) in &attrs.0 {
            self.parameter(name, content);
        }
    }

    pub(super) fn rich_body(&mut self, blocks: &[Block]) -> Result<(), WriteError> {
        self.out.push_str("<ac:rich-text-body>");
        self.blocks(blocks, Inside::Flow)?;
        self.out.push_str("</ac:rich-text-body>");
        Ok(())
    }

    fn plain_body(&mut self, content: &str) {
        self.out.push_str("<ac:plain-text-body>");
        self.cdata(content);
        self.out.push_str("</ac:plain-text-body>");
    }

    fn cdata(&mut self, content: &str) {
        let clean: String = content
            .chars()
            .filter(|c| {
                (*c >= ' ' || matches!(c, '\t' | '\n')) && !matches!(c, '\u{fffe}' | '\u{ffff}')
            })
            .collect();
        self.out.push_str("<![CDATA[");
        self.out.push_str(&clean.replace("]]>", "]]]]><![CDATA[>"));
        self.out.push_str("]]>");
    }

    pub(super) fn code(&mut self, code: &CodeBlock, source: Option<Span>) {
        let shell = self.stored.and_then(|stored| {
            let outer = stored.shell_element(source)?;
            let body = stored.tree().child(outer, "ac:plain-text-body")?;
            stored.shell(outer, body)
        });
        if let Some(shell) = shell.filter(|shell| shell.open.ends_with('>')) {
            self.out.push_str(shell.open);
            self.cdata(&code.text);
            self.out.push_str(shell.close);
            return;
        }
        let mut attrs = code.attrs.clone();
        let name = attrs.take("macro").filter(|name| name == "noformat");
        self.macro_open(name.as_deref().unwrap_or("code"));
        if !code.lang.is_empty() && name.is_none() {
            let lang = match code.lang.to_ascii_lowercase().as_str() {
                "python" => "py".to_owned(),
                "javascript" => "js".to_owned(),
                "csharp" => "c#".to_owned(),
                "md" => "markdown".to_owned(),
                _ => code.lang.clone(),
            };
            self.parameter("language", &lang);
        }
        self.parameters(&attrs);
        self.plain_body(&code.text);
        self.macro_close();
    }

    pub(super) fn panel(&mut self, panel: &Panel, source: Option<Span>) -> Result<(), WriteError> {
        if panel.attrs.get("adf") == Some("true") {
            return self.adf_panel(panel);
        }
        if self.in_shell(source, &["ac:rich-text-body"], &panel.blocks, Inside::Flow)? {
            return Ok(());
        }
        let mut attrs = panel.attrs.clone();
        let name = match panel.kind {
            PanelKind::Info => "info",
            PanelKind::Note => "note",
            PanelKind::Tip | PanelKind::Success => "tip",
            PanelKind::Warning | PanelKind::Error => "warning",
            PanelKind::Plain => "panel",
            PanelKind::Custom => {
                if let Some(slot) = attrs.0.iter_mut().find(|(name, _)| name == "panelColor") {
                    slot.0 = "bgColor".to_owned();
                }
                "panel"
            }
        };
        self.macro_open(name);
        // Parameters stand in the order they were read in; a title of its own comes first.
        if !panel.title.is_empty() {
            self.parameter("title", &panel.title);
        }
        self.parameters(&attrs);
        self.rich_body(&panel.blocks)?;
        self.macro_close();
        Ok(())
    }

    fn adf_panel(&mut self, panel: &Panel) -> Result<(), WriteError> {
        self.out.push_str("<ac:adf-extension><ac:adf-node type=\"panel\">");
        let name = match panel.kind {
            PanelKind::Custom | PanelKind::Plain => "custom",
            kind => kind.name(),
        };
        let kind = ("panel-type".to_owned(), name.to_owned());
        for (key, content) in std::iter::once(&kind).chain(&panel.attrs.0) {
            if key == "adf" {
                continue;
            }
            self.out.push_str("<ac:adf-attribute");
            attr(&mut self.out, "key", key);
            self.out.push('>');
            text(&mut self.out, content);
            self.out.push_str("</ac:adf-attribute>");
        }
        self.out.push_str("<ac:adf-content>");
        self.blocks_or_empty(&panel.blocks)?;
        self.out.push_str("</ac:adf-content></ac:adf-node><ac:adf-fallback><div class=\"panel\">");
        self.blocks_or_empty(&panel.blocks)?;
        self.out.push_str("</div></ac:adf-fallback></ac:adf-extension>");
        Ok(())
    }

    /// The start tag and parameters of the original around a new body.
    pub(super) fn macro_box(
        &mut self,
        name: &str,
        keep: &Keep,
        blocks: &[Block],
    ) -> Result<(), WriteError> {
        if keep.raw.is_none() && keep.reference.is_empty() {
            self.macro_open(name);
            self.rich_body(blocks)?;
            self.macro_close();
            return Ok(());
        }
        let raw = self.raw(keep)?;
        let parts = super::xml::parse(&raw).ok().and_then(|tree| {
            let outer = *tree.top.first()?;
            let body = tree.child(outer, "ac:rich-text-body")?;
            Some(tree.inner(body))
        });
        let Some((from, to)) = parts.filter(|(from, to)| from <= to) else {
            self.warnings.push(Warning::new(
                WarningKind::Approximated,
                "the macro has no body to edit and was taken over as it was",
                keep.label.as_str(),
            ));
            self.out.push_str(&raw);
            return Ok(());
        };
        let open = raw.get(..from).unwrap_or_default();
        match open.strip_suffix("/>") {
            Some(open) => {
                self.out.push_str(open);
                self.out.push('>');
                self.blocks(blocks, Inside::Flow)?;
                self.out.push_str("</ac:rich-text-body>");
            }
            None => {
                self.out.push_str(open);
                self.blocks(blocks, Inside::Flow)?;
            }
        }
        self.out.push_str(raw.get(to..).unwrap_or_default());
        Ok(())
    }
}
