//! A Croissant file: what is in a data set, for programs (<https://docs.mlcommons.org/croissant/docs/croissant-spec.html>).

/// What stands in such a file of ours and in no other.
pub(super) const MARK: &str = "Made by copydesk profile.";

#[cfg(not(feature = "parquet"))]
pub(super) fn croissant(
    _: &str,
    _: &super::gather::Profile,
    folder: &std::path::Path,
    _: &super::data_files::DataFiles,
) -> anyhow::Result<String> {
    let folder = crate::terminal::shown(folder);
    anyhow::bail!("{folder} cannot be described: this program was built without the feature `parquet`")
}

#[cfg(feature = "parquet")]
pub(super) use self::with_parquet::croissant;

#[cfg(feature = "parquet")]
mod with_parquet {
    use std::{
        fmt::Write as _,
        fs::{self, File},
        io::Read as _,
        path::Path,
    };

    use anyhow::{Context as _, bail};
    use copydesk_source_parquet::{ColumnKind, columns};
    use serde_json::{Value, json};
    use sha2::{Digest as _, Sha256};

    use super::MARK;
    use crate::{
        commands::profile::{
            card::languages,
            data_files::{DataFiles, Table},
            gather::Profile,
        },
        terminal::shown,
    };

    pub(in super::super) fn croissant(
        name: &str,
        profile: &Profile,
        folder: &Path,
        data: &DataFiles,
    ) -> anyhow::Result<String> {
        if data.parquet.is_empty() {
            bail!("{} holds no Parquet file to describe; the export `parquet` writes one", shown(folder));
        }
        let (mut distribution, mut sets) = (Vec::new(), Vec::new());
        for table in &data.parquet {
            let [file] = table.files.as_slice() else {
                bail!(
                    "{} is in {} files, and Croissant is written for one: run without --sharded",
                    table.name,
                    table.files.len()
                );
            };
            distribution.push(file_object(folder, file)?);
            sets.push(record_set(folder, table, file)?);
        }
        let described = json!({
            "@context": context(),
            "@type": "sc:Dataset",
            "conformsTo": "http://mlcommons.org/croissant/1.0",
            "name": name,
            "description": format!(
                "{} documents with {} characters of main text. {MARK}", profile.documents, profile.lengths.sum
            ),
            "inLanguage": languages(&profile.languages),
            "distribution": distribution,
            "recordSet": sets,
        });
        Ok(serde_json::to_string_pretty(&described)? + "\n")
    }

    fn file_object(folder: &Path, file: &str) -> anyhow::Result<Value> {
        let path = folder.join(file);
        let cannot = || format!("cannot read {}", shown(&path));
        let mut hasher = Sha256::new();
        let mut open = File::open(&path).with_context(cannot)?;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let n = open.read(&mut buffer).with_context(cannot)?;
            if n == 0 {
                break;
            }
            hasher.update(&buffer[..n]);
        }
        let mut digest = String::new();
        for byte in hasher.finalize() {
            let _ = write!(digest, "{byte:02x}");
        }
        let bytes = fs::metadata(&path).with_context(cannot)?.len();
        Ok(json!({
            "@type": "cr:FileObject",
            "@id": file,
            "name": file,
            "contentUrl": file,
            "contentSize": format!("{bytes} B"),
            "encodingFormat": "application/x-parquet",
            "sha256": digest,
        }))
    }

    /// The columns that hold one value, or a list of texts. Lists of objects have no form there that readers agree on.
    fn record_set(folder: &Path, table: &Table, file: &str) -> anyhow::Result<Value> {
        let columns = columns(&folder.join(file)).map_err(anyhow::Error::from)?;
        let fields = columns.into_iter().filter_map(|(column, kind)| {
            let (of, repeated) = match kind {
                ColumnKind::Text => ("sc:Text", false),
                ColumnKind::Texts => ("sc:Text", true),
                ColumnKind::Integer => ("sc:Integer", false),
                ColumnKind::Float => ("sc:Float", false),
                ColumnKind::Boolean => ("sc:Boolean", false),
                ColumnKind::Date => ("sc:Date", false),
                ColumnKind::DateTime => ("sc:DateTime", false),
                ColumnKind::Other => return None,
            };
            let mut field = json!({
                "@type": "cr:Field",
                "@id": format!("{}/{column}", table.name),
                "name": column,
                "dataType": of,
                "source": { "fileObject": { "@id": file }, "extract": { "column": column } },
            });
            if repeated {
                field["repeated"] = true.into();
            }
            Some(field)
        });
        let fields: Vec<Value> = fields.collect();
        Ok(json!({ "@type": "cr:RecordSet", "@id": table.name, "name": table.name, "field": fields }))
    }

    /// The terms of the specification, version 1.0.
    fn context() -> Value {
        json!({
            "@language": "en",
            "@vocab": "https://schema.org/",
            "citeAs": "cr:citeAs",
            "column": "cr:column",
            "conformsTo": "dct:conformsTo",
            "cr": "http://mlcommons.org/croissant/",
            "rai": "http://mlcommons.org/croissant/RAI/",
            "data": { "@id": "cr:data", "@type": "@json" },
            "dataType": { "@id": "cr:dataType", "@type": "@vocab" },
            "dct": "http://purl.org/dc/terms/",
            "equivalentProperty": "cr:equivalentProperty",
            "examples": { "@id": "cr:examples", "@type": "@json" },
            "extract": "cr:extract",
            "field": "cr:field",
            "fileProperty": "cr:fileProperty",
            "fileObject": "cr:fileObject",
            "fileSet": "cr:fileSet",
            "format": "cr:format",
            "includes": "cr:includes",
            "isLiveDataset": "cr:isLiveDataset",
            "jsonPath": "cr:jsonPath",
            "key": "cr:key",
            "md5": "cr:md5",
            "parentField": "cr:parentField",
            "path": "cr:path",
            "recordSet": "cr:recordSet",
            "references": "cr:references",
            "regex": "cr:regex",
            "repeated": "cr:repeated",
            "replace": "cr:replace",
            "samplingRate": "cr:samplingRate",
            "sc": "https://schema.org/",
            "separator": "cr:separator",
            "source": "cr:source",
            "subField": "cr:subField",
            "transform": "cr:transform"
        })
    }
}
