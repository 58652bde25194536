using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Kiroku.Actions.Live.Exports;

/// <summary>
/// Each line is a CADF event: an action, or at the end the export itself, so that every line is an event and the last
/// one says that it was whole.
/// </summary>
internal sealed class CadfWriter(ExportFacts facts) : IExportWriter
{
    private const string Name = "kiroku";
    private const string Service = "service/compute";
    private const string User = "service/security/account/user";
    private const string Types = "urn:kiroku:cadf:";

    private readonly JsonLine line = new();

    /// <summary>The service, whose id is that of its store: a store that was restored is another one.</summary>
    private readonly CadfResource observer = new(Service, IdOf("store", facts.Generation)) { Name = Name };

    public void Begin(IBufferWriter<byte> to)
    {
    }

    public void Write(IBufferWriter<byte> to, ActionDocument action)
        => line.Write(to, Make(action), ExportJson.Default.CadfEvent);

    public void End(IBufferWriter<byte> to, long count)
    {
        var now = facts.Time.GetUtcNow().UtcDateTime;
        var ticks = now.Ticks.ToString(CultureInfo.InvariantCulture);
        line.Write(to, new CadfEvent
        {
            Id = IdOf("export", facts.Generation, facts.Caller.UserId, ticks),
            EventTime = now,
            Action = "read/export",
            Outcome = "success",
            Reason = new($"{Types}export", "whole"),
            Initiator = new(User, facts.Caller.UserId)
            {
                Name = facts.Caller.UserName,
                ProjectId = facts.Caller.ProjectId,
            },
            Target = observer,
            Observer = observer,
            Attachments = [new($"{Types}end", "end", EndDocument.Of(count))],
        }, ExportJson.Default.CadfEvent);
    }

    public void Dispose() => line.Dispose();

    private CadfEvent Make(ActionDocument action) => new()
    {
        Id = IdOf("action", action.Server.Id.ToString(), action.RequestId),
        EventTime = action.StartTime,
        Action = CadfActions.NameOf(action.Action),
        Outcome = CadfActions.OutcomeOf(action.Outcome),
        Reason = new($"{Types}outcome", action.Outcome),
        Initiator = action.UserId is { } user
            ? new(User, user) { Name = action.UserName, ProjectId = action.ProjectId }
            : observer,
        Target = new($"{Service}/servers/server", action.Server.Id.ToString())
        {
            Name = action.Server.Name,
            Ref = action.Links.Self,
        },
        Observer = observer,
        Attachments =
        [
            new($"{Types}action", "action", new CadfActionDocument
            {
                RequestId = action.RequestId,
                FinishTime = action.FinishTime,
                DurationMs = action.DurationMs,
                Details = action.Details,
                Changes = action.Changes,
                Warnings = action.Warnings,
                TraceId = action.TraceId,
                Cancelled = action.Cancelled,
                Position = action.Position,
            }),
            .. action.Attempts.Select(attempt => new CadfAttachment($"{Types}attempt", attempt.Event, attempt)),
        ],
    };

    /// <summary>
    /// A UUID made of names (RFC 9562, version 8): whoever exports an action again finds it by the same id.
    /// </summary>
    private static string IdOf(params ReadOnlySpan<string> names)
    {
        var id = SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', names))).AsSpan(0, 16);
        id[6] = (byte)((id[6] & 0x0F) | 0x80);
        id[8] = (byte)((id[8] & 0x3F) | 0x80);
        return new Guid(id, bigEndian: true).ToString();
    }
}
