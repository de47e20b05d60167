//! The one place that names every stage, survey, source and export of the house.

use copydesk_stage::Catalog;

/// Everything that the house brings, in the order in which lists show it, as far as it is built in.
pub fn builtin() -> Catalog {
    let catalog = Catalog::default()
        .with(copydesk_source_files::register)
        .with(copydesk_source_jsonl::register)
        .with(copydesk_source_csv::register);
    #[cfg(feature = "parquet")]
    let catalog = catalog.with(copydesk_source_parquet::register);
    let catalog = catalog
        .with(copydesk_source_warc::register)
        .with(copydesk_source_feed::register)
        .with(copydesk_source_mail::register)
        .with(crate::auto::register)
        .with(copydesk_stage_strip_boilerplate::register)
        .with(copydesk_stage_detect_language::register)
        .with(copydesk_stage_split_captions::register)
        .with(copydesk_stage_extract_metadata::register)
        .with(copydesk_stage_exec::register);
    #[cfg(feature = "http")]
    let catalog = catalog.with(copydesk_stage_http::register);
    #[cfg(feature = "corpus")]
    let catalog = catalog
        .with(copydesk_stage_select_documents::register)
        .with(copydesk_stage_filter_quality::register)
        .with(copydesk_stage_mask_personal_data::register)
        .with(copydesk_stage_describe_text::register)
        .with(copydesk_survey_find_duplicates::register)
        .with(copydesk_survey_follow_versions::register)
        .with(copydesk_survey_watch_sites::register);
    let catalog = catalog.with(copydesk_export_jsonl::register).with(copydesk_export_csv::register);
    #[cfg(feature = "corpus")]
    let catalog = catalog.with(copydesk_export_chunks::register);
    #[cfg(feature = "parquet")]
    let catalog = catalog.with(copydesk_export_parquet::register);
    #[cfg(feature = "sqlite")]
    let catalog = catalog.with(copydesk_export_sqlite::register);
    catalog.with(copydesk_export_files::register)
}
