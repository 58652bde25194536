using System.Buffers;
using Kiroku.Access;

namespace Kiroku.Actions.Live.Exports;

/// <summary>Writes the actions of one export in its format.</summary>
internal interface IExportWriter : IDisposable
{
    /// <summary>Writes what comes before the first action.</summary>
    void Begin(IBufferWriter<byte> to);

    void Write(IBufferWriter<byte> to, ActionDocument action);

    /// <summary>Writes the last line. An export without one broke off.</summary>
    void End(IBufferWriter<byte> to, long count);
}

/// <summary>Who exports, and from which store: its generation in the feed.</summary>
internal sealed record ExportFacts(Caller Caller, string Generation, TimeProvider Time);
