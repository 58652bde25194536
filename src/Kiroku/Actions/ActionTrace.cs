using System.Diagnostics;

namespace Kiroku.Actions;

/// <summary>
/// The trace that an action is part of (W3C Trace Context): the caller's, if the request named one, with the span that
/// the action is a child of; otherwise one of its own, whose id is that of the request.
/// </summary>
internal sealed record ActionTrace(string TraceId, string? ParentId, bool IsSampled)
{
    private const int TraceBytes = 16;
    private const int SpanBytes = 8;
    private const int Whole = TraceBytes + SpanBytes + 1;

    /// <summary>The place of the action's span in its trace.</summary>
    public ActivityContext Parent => new(
        ActivityTraceId.CreateFromString(TraceId),
        ParentId is null ? default : ActivitySpanId.CreateFromString(ParentId),
        IsSampled ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None,
        isRemote: ParentId is not null);

    /// <summary>The trace of an action that a request begins; null if the id has no UUID, as none of ours.</summary>
    /// <param name="traceParent">The caller's span as the header has it; null if it named none.</param>
    /// <param name="requestId">The request's id.</param>
    public static ActionTrace? Of(string? traceParent, string requestId)
        => ActivityContext.TryParse(traceParent, traceState: null, out var caller)
            ? new ActionTrace(
                caller.TraceId.ToHexString(), caller.SpanId.ToHexString(),
                caller.TraceFlags.HasFlag(ActivityTraceFlags.Recorded))
            : OfItsOwn(requestId);

    /// <summary>The trace as its column holds it: nothing but what does not follow from the request's id.</summary>
    public static byte[]? Write(ActionTrace? trace) => trace switch
    {
        null => null,
        { ParentId: null } => [],
        { ParentId: { } parent } =>
        [
            .. Convert.FromHexString(trace.TraceId), .. Convert.FromHexString(parent), (byte)(trace.IsSampled ? 1 : 0),
        ],
    };

    /// <returns>Null for an action that was begun before there were traces.</returns>
    public static ActionTrace? Read(byte[]? column, string requestId) => column switch
    {
        null => null,
        { Length: Whole } => new ActionTrace(
            Convert.ToHexStringLower(column.AsSpan(0, TraceBytes)),
            Convert.ToHexStringLower(column.AsSpan(TraceBytes, SpanBytes)), column[^1] == 1),
        _ => OfItsOwn(requestId),
    };

    /// <summary>The UUID of a request's id is a trace id as it stands.</summary>
    private static ActionTrace? OfItsOwn(string requestId)
        => requestId.StartsWith(CompactId.RequestPrefix, StringComparison.Ordinal)
            && Guid.TryParseExact(requestId.AsSpan(CompactId.RequestPrefix.Length), "D", out var id)
            ? new ActionTrace($"{id:N}", null, IsSampled: true)
            : null;
}
