namespace Kiroku.Storage;

/// <summary>
/// Joins simultaneous reads into one. Nobody gets data that was read before they asked: callers that come during a
/// read wait for the next one.
/// </summary>
internal sealed class JoinedReads<T>(Func<Task<T>> read)
{
    private readonly JoinedLookups<ValueTuple, T> reads = new(
        async _ => new Dictionary<ValueTuple, T> { [default] = await read() }, mostKeys: 1, mostReads: 1);

    public async Task<T> ReadAsync(CancellationToken cancellationToken)
        => (await reads.FindAsync(default, cancellationToken))!;
}
