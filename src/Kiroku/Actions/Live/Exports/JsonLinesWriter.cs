using System.Buffers;

namespace Kiroku.Actions.Live.Exports;

/// <summary>Each line is an action as lists tell it; the last one counts them.</summary>
internal sealed class JsonLinesWriter : IExportWriter
{
    private readonly JsonLine line = new();

    public void Begin(IBufferWriter<byte> to)
    {
    }

    public void Write(IBufferWriter<byte> to, ActionDocument action)
        => line.Write(to, action, LiveFormat.Json.ActionDocument);

    public void End(IBufferWriter<byte> to, long count)
        => line.Write(to, EndDocument.Of(count), ExportJson.Default.EndDocument);

    public void Dispose() => line.Dispose();
}
