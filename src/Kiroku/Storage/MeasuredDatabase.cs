using System.Data.Common;
using System.Diagnostics;
using Dapper;

namespace Kiroku.Storage;

/// <summary>The store with the time that each of its operations takes, as metrics tell it.</summary>
internal sealed class MeasuredDatabase(IDatabase real, StoreMeters meters) : IDatabase
{
    public bool IsShared => real.IsShared;

    public Signal Written => real.Written;

    public bool IsDiskFull => real.IsDiskFull;

    public Task<T> ReadAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
        => meters.MeasureAsync("read", Stopwatch.GetTimestamp(), real.ReadAsync(read, cancellationToken));

    public Task<T> ReadOneAsync<T>(Func<DbConnection, Task<T>> read, CancellationToken cancellationToken)
        => meters.MeasureAsync("read_one", Stopwatch.GetTimestamp(), real.ReadOneAsync(read, cancellationToken));

    public Task<T> WriteAsync<T>(Func<DbConnection, Task<T>> write, CancellationToken cancellationToken)
        => meters.MeasureAsync("write", Stopwatch.GetTimestamp(), real.WriteAsync(write, cancellationToken));

    public Task<T> WriteAloneAsync<T>(Func<DbConnection, Task<T>> write, CancellationToken cancellationToken)
        => meters.MeasureAsync(
            "write_alone", Stopwatch.GetTimestamp(), real.WriteAloneAsync(write, cancellationToken));

    public Task<int> WriteOneAsync(string write, object values, CancellationToken cancellationToken)
        => meters.MeasureAsync(
            "write_one", Stopwatch.GetTimestamp(), real.WriteOneAsync(write, values, cancellationToken));

    public Task<bool> WriteHeldAsync(
        string hold, string write, DynamicParameters values, CancellationToken cancellationToken)
        => meters.MeasureAsync(
            "write_one", Stopwatch.GetTimestamp(), real.WriteHeldAsync(hold, write, values, cancellationToken));

    public Task<T?> InsertHeldAsync<T>(
        HeldInsert statement, DynamicParameters values, Func<DbDataReader, T> read,
        CancellationToken cancellationToken)
        where T : struct
        => meters.MeasureAsync(
            "write", Stopwatch.GetTimestamp(), real.InsertHeldAsync(statement, values, read, cancellationToken));

    public Task<bool> HasTurnAsync(CancellationToken cancellationToken) => real.HasTurnAsync(cancellationToken);

    public string NowSql => real.NowSql;

    public Task<DateTime> NowAsync(DbConnection connection, TimeProvider own) => real.NowAsync(connection, own);

    public Task CheckDiskAsync(CancellationToken cancellationToken) => real.CheckDiskAsync(cancellationToken);

    public void Migrate() => real.Migrate();

    public void Dispose() => real.Dispose();
}
