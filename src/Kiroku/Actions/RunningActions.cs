using System.Data.Common;
using System.Diagnostics.Metrics;
using Dapper;
using Kiroku.Storage;

namespace Kiroku.Actions;

/// <summary>
/// The actions that run in the whole cloud, as the store has them, and how old the oldest is. An index holds just
/// these, so that it does not matter how many have ended.
/// </summary>
internal sealed class RunningActions : IMeasured
{
    /// <summary>Reads no other rows than those that run.</summary>
    internal static readonly string Running = $"""
        SELECT action, COUNT(*) AS count, MIN(started) AS oldest FROM records
        WHERE outcome = {OutcomeCodes.Running} GROUP BY action
        """;

    private readonly IDatabase database;
    private readonly TimeProvider time;
    private volatile IReadOnlyList<Kind>? last;

    public RunningActions(IDatabase database, IMeterFactory meters, TimeProvider time)
    {
        (this.database, this.time) = (database, time);
        var meter = meters.Create(Meters.Name);
        meter.CreateObservableGauge(
            "kiroku.actions.running", () => Tell(kind => kind.Count), "{action}",
            "Actions that run in the whole cloud, by action; the same from every node");
        meter.CreateObservableGauge(
            "kiroku.actions.oldest", () => Tell(Age), "s",
            "Age of the oldest action that runs in the whole cloud, by action; the same from every node");
    }

    public string What => "The actions that run";

    public async Task MeasureAsync(CancellationToken cancellationToken)
        => last = await database.ReadOneAsync(ReadAsync, cancellationToken);

    public void Forget() => last = null;

    /// <summary>Kinds of which none runs are told as well, so that they are no gaps in graphs.</summary>
    private static async Task<IReadOnlyList<Kind>> ReadAsync(DbConnection connection)
    {
        var running = (await connection.QueryAsync<(string Action, long Count, long Oldest)>(Running))
            .Select(row => new Kind(row.Action, row.Count, Micros.ToTime(row.Oldest))).ToList();
        return [.. running, .. ActionNames.All.Except(running.Select(kind => kind.Action))
            .Select(action => new Kind(action, 0, null))];
    }

    private double Age(Kind kind)
        => kind.Oldest is { } oldest ? Math.Max(0, (time.UtcNow() - oldest).TotalSeconds) : 0;

    private IEnumerable<Measurement<T>> Tell<T>(Func<Kind, T> value)
        where T : struct
        => (last ?? []).Select(kind => new Measurement<T>(
            value(kind), new KeyValuePair<string, object?>("action", kind.Action)));

    /// <summary>The running actions of one kind.</summary>
    private sealed record Kind(string Action, long Count, DateTime? Oldest);
}
