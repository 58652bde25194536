using Dapper;
using Kiroku.Storage;

namespace Kiroku.Actions;

/// <summary>
/// An action with all its attempts as its columns hold it. Whether and when it ended follows from its outcome: an
/// ended action never changes again.
/// </summary>
internal sealed record RecordRow
{
    private const string NextPosition = "next_position()";

    /// <summary>
    /// Inserts the first action of a server, at a new position of the feed.
    /// </summary>
    public static readonly string InsertFirst
        = Columns<RecordRow>.InsertWith(
            "records", [("position", NextPosition)], nameof(Id), nameof(Owner), nameof(Position));

    /// <summary>
    /// Inserts a further action of a server. Whatever the clock says, it begins after all that were accepted before
    /// it, and not before the last of them ended; "@Least" does the same for actions that are in another table.
    /// </summary>
    public static readonly string InsertNext = Columns<RecordRow>.InsertWith(
        "records",
        [
            ("started", "next.started"),
            ("changed", "CASE WHEN next.started > @Changed THEN next.started ELSE @Changed END"),
            ("position", NextPosition),
        ],
        nameof(Id), nameof(Started), nameof(Changed), nameof(Owner), nameof(Position)) + " " + $"""
        FROM (SELECT CASE WHEN last.least > @Started AND last.least > @Least THEN last.least
                WHEN @Least > @Started THEN @Least ELSE @Started END AS started
            FROM (SELECT COALESCE((
                SELECT CASE WHEN outcome <> {OutcomeCodes.Running} AND changed > started
                    THEN changed ELSE started + 1 END
                FROM records WHERE server = @Server ORDER BY id DESC LIMIT 1), 0) AS least) last) next
        """;

    /// <summary>
    /// Inserts actions of an earlier version with their ids. They have no position, because the feed began after them.
    /// </summary>
    public static (string Sql, DynamicParameters Values) InsertMoved(IEnumerable<RecordedAction> moved)
        => Columns<RecordRow>.InsertMany(
            "records", [("position", "0")], moved.Select(Of), nameof(Owner), nameof(Position));

    /// <summary>What those who insert an action read of its row.</summary>
    public const string Inserted = "id, started, changed";

    public long Id { get; init; }
    public required byte[] Server { get; init; }
    public required byte[] Request { get; init; }
    public required string Action { get; init; }
    public byte[]? UserId { get; init; }
    public byte[]? ProjectId { get; init; }
    public long Started { get; init; }
    public long Changed { get; init; }
    public int Outcome { get; init; }
    public bool Failing { get; init; }
    public bool Resting { get; init; }
    public bool Cancelable { get; init; }
    public long? Cancelled { get; init; }
    public byte[]? CancelledBy { get; init; }
    public byte[]? Trace { get; init; }
    public string? Arguments { get; init; }
    public string Attempts { get; init; } = AttemptList.Empty;

    /// <summary>The project of its server, where that is another one; a trigger fills it in.</summary>
    public byte[]? Owner { get; init; }

    /// <summary>Given by each statement that changes the row.</summary>
    public long Position { get; init; }

    public static RecordRow Of(RecordedAction recorded)
    {
        var action = recorded.Action;
        return new RecordRow
        {
            Id = action.Id,
            Server = CompactId.Of(action.ServerId),
            Request = CompactId.OfRequest(action.RequestId),
            Action = action.Action,
            UserId = CompactId.OfOwner(action.UserId),
            ProjectId = CompactId.OfOwner(action.ProjectId),
            Started = Micros.Of(action.StartTime),
            Changed = Micros.Of(action.UpdatedAt),
            Outcome = OutcomeCodes.Of(action.Outcome),
            Failing = action.Failing,
            Resting = action.Resting,
            Cancelable = action.Cancelable,
            Cancelled = action.Cancelled is { } cancelled ? Micros.Of(cancelled.Time) : null,
            CancelledBy = CompactId.OfOwner(action.Cancelled?.UserId),
            Trace = ActionTrace.Write(action.Trace),
            Arguments = action.Arguments,
            Attempts = AttemptList.Write(recorded),
        };
    }

    public ActionRecord ToAction()
    {
        var (outcome, changed) = (OutcomeCodes.ToOutcome(Outcome), Micros.ToTime(Changed));
        var request = CompactId.ToRequest(Request);
        return new ActionRecord
        {
            Id = Id,
            ServerId = CompactId.ToGuid(Server),
            RequestId = request,
            Action = Action,
            UserId = CompactId.ToOwner(UserId),
            ProjectId = CompactId.ToOwner(ProjectId),
            OwnerId = CompactId.ToOwner(Owner ?? ProjectId),
            Position = Position,
            StartTime = Micros.ToTime(Started),
            UpdatedAt = changed,
            FinishTime = outcome == Outcomes.Running ? null : changed,
            Outcome = outcome,
            Message = Outcomes.IsError(outcome) ? EventResults.Error : null,
            Failing = Failing,
            Resting = Resting,
            Cancelable = Cancelable,
            Cancelled = Cancelled is { } cancelled
                ? new Cancellation(CompactId.ToOwner(CancelledBy)!, Micros.ToTime(cancelled))
                : null,
            Trace = ActionTrace.Read(Trace, request),
            Arguments = Arguments,
        };
    }

    public RecordedAction ToRecorded() => AttemptList.Read(Attempts, ToAction());
}
