using Dapper;
using Kiroku.Storage;

namespace Kiroku.Actions;

/// <summary>
/// The statements that write how an action goes on, each in its row alone and at a new position of the feed. They do
/// not depend on what the row held before, so that each may be repeated. Their parameters' names leave room for those
/// of the statement that holds the server's row.
/// </summary>
internal static class RecordWrites
{
    public static readonly string Attempts = Update("");

    public static readonly string End = Update(", outcome = @RecordOutcome, arguments = NULL");

    public static readonly string Cancel
        = Update(", cancelled = @RecordCancelled, cancelled_by = @RecordCancelledBy");

    public static DynamicParameters Of(RecordedAction recorded)
    {
        var values = new DynamicParameters();
        Add(values, recorded);
        return values;
    }

    public static void Add(DynamicParameters values, RecordedAction recorded)
    {
        values.Add("RecordId", recorded.Action.Id);
        values.Add("RecordChanged", Micros.Of(recorded.Action.UpdatedAt));
        values.Add("RecordFailing", recorded.Action.Failing);
        values.Add("RecordResting", recorded.Action.Resting);
        values.Add("RecordCancelable", recorded.Action.Cancelable);
        values.Add("RecordAttempts", AttemptList.Write(recorded));
        values.Add("RecordOutcome", OutcomeCodes.Of(recorded.Action.Outcome));
    }

    private static string Update(string more) => $"""
        UPDATE records SET changed = @RecordChanged, failing = @RecordFailing, resting = @RecordResting,
            cancelable = @RecordCancelable, attempts = @RecordAttempts, position = next_position(){more}
        WHERE id = @RecordId
        """;
}
