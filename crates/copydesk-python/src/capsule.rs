//! The C interface of Arrow, in both directions: `__arrow_c_array__` and `__arrow_c_stream__` by capsules, as the Arrow
//! project describes them. A binding crate would pin a version of Arrow; this is all that is needed of one.
#![expect(unsafe_code, reason = "the C interface hands over pointers: this module is the one place that takes them")]

use std::{ffi::CStr, ptr::NonNull, sync::Arc};

use arrow_array::{
    Array, RecordBatch, RecordBatchIterator, RecordBatchReader, StructArray,
    ffi::{FFI_ArrowArray, FFI_ArrowSchema, from_ffi, to_ffi},
    ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader},
};
use arrow_schema::{Schema, SchemaRef};
use pyo3::{
    exceptions::{PyTypeError, PyValueError},
    prelude::*,
    types::{PyCapsule, PyTuple},
};

const ARRAY: &CStr = c"arrow_array";
const SCHEMA: &CStr = c"arrow_schema";
const STREAM: &CStr = c"arrow_array_stream";

/// The structure that a capsule holds.
fn held<T>(capsule: &Bound<'_, PyAny>, name: &'static CStr) -> PyResult<NonNull<T>> {
    let capsule = capsule.cast::<PyCapsule>()?;
    // The name is compared, and the interface says which structure a capsule of that name holds.
    Ok(capsule.pointer_checked(Some(name))?.cast())
}

/// One batch: what `__arrow_c_array__` of an object gives.
pub(crate) fn batch_of(object: &Bound<'_, PyAny>) -> PyResult<RecordBatch> {
    let given = object.call_method0("__arrow_c_array__")?;
    let pair = given.cast::<PyTuple>()?;
    let schema = held::<FFI_ArrowSchema>(&pair.get_item(0)?, SCHEMA)?;
    let array = held::<FFI_ArrowArray>(&pair.get_item(1)?, ARRAY)?;
    // SAFETY: both capsules live as long as `pair`, and nobody else looks at them. The array is moved out and an empty one
    // without a `release` is left behind, as the interface asks of whoever takes it; the schema is only read.
    let data = unsafe { from_ffi(FFI_ArrowArray::from_raw(array.as_ptr()), schema.as_ref()) }.map_err(invalid)?;
    // SAFETY: as above.
    let fields = Schema::try_from(unsafe { schema.as_ref() }).map_err(invalid)?;
    let columns = StructArray::from(data);
    if columns.null_count() > 0 {
        return Err(PyTypeError::new_err("rows of a batch cannot be null as a whole"));
    }
    RecordBatch::try_new(Arc::new(fields), columns.columns().to_vec()).map_err(invalid)
}

/// Several batches of one schema: what `__arrow_c_stream__` of an object gives.
pub(crate) fn table_of(object: &Bound<'_, PyAny>) -> PyResult<(SchemaRef, Vec<RecordBatch>)> {
    let given = object.call_method0("__arrow_c_stream__")?;
    let stream = held::<FFI_ArrowArrayStream>(&given, STREAM)?;
    // SAFETY: the capsule lives as long as `given`, and nobody else looks at it; the stream is moved out, and an empty one
    // without a `release` is left behind.
    let reader = unsafe { RecordBatchStreamReader::from_raw(stream.as_ptr()) }.map_err(invalid)?;
    let schema = reader.schema();
    Ok((schema, reader.collect::<Result<_, _>>().map_err(invalid)?))
}

/// The schema that an object has.
pub(crate) fn schema_of(object: &Bound<'_, PyAny>) -> PyResult<Schema> {
    let given = object.call_method0("__arrow_c_schema__")?;
    let schema = held::<FFI_ArrowSchema>(&given, SCHEMA)?;
    // SAFETY: the capsule lives as long as `given`, and the schema is only read.
    Schema::try_from(unsafe { schema.as_ref() }).map_err(invalid)
}

fn invalid(error: impl std::fmt::Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// Columns: whatever knows Arrow can take them.
#[pyclass(frozen, module = "copydesk._copydesk")]
pub(crate) struct Columns(pub(crate) Schema);

#[pymethods]
impl Columns {
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        PyCapsule::new_with_value(py, FFI_ArrowSchema::try_from(&self.0).map_err(invalid)?, SCHEMA)
    }
}

/// A batch of rows: whatever knows Arrow can take it.
#[pyclass(frozen, module = "copydesk._copydesk")]
pub(crate) struct Batch(pub(crate) RecordBatch);

#[pymethods]
impl Batch {
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_array__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyCapsule>, Bound<'py, PyCapsule>)> {
        // The interface lets a producer pass over a wish that it cannot meet.
        let _ = requested_schema;
        let (array, _) = to_ffi(&StructArray::from(self.0.clone()).to_data()).map_err(invalid)?;
        let schema = FFI_ArrowSchema::try_from(self.0.schema_ref().as_ref()).map_err(invalid)?;
        Ok((PyCapsule::new_with_value(py, schema, SCHEMA)?, PyCapsule::new_with_value(py, array, ARRAY)?))
    }

    fn __len__(&self) -> usize {
        self.0.num_rows()
    }
}

/// Batches of one schema: whatever knows Arrow can take them.
#[pyclass(frozen, module = "copydesk._copydesk")]
pub(crate) struct Table {
    pub(crate) schema: SchemaRef,
    pub(crate) batches: Vec<RecordBatch>,
}

#[pymethods]
impl Table {
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let batches = self.batches.clone().into_iter().map(Ok);
        let reader = RecordBatchIterator::new(batches, self.schema.clone());
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }
}
