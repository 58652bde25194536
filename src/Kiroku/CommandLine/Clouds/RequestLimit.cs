namespace Kiroku.CommandLine.Clouds;

/// <summary>Ends what takes longer than it should, and tells that from the end that somebody asked for.</summary>
internal sealed class RequestLimit : IDisposable
{
    public static readonly TimeSpan Usual = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource limit;
    private readonly CancellationToken outside;
    private readonly TimeSpan longest;

    public RequestLimit(TimeSpan longest, CancellationToken cancellationToken)
    {
        (this.longest, outside) = (longest, cancellationToken);
        limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(longest);
    }

    /// <summary>Gives as much time again.</summary>
    public void Prolong() => limit.CancelAfter(longest);

    /// <exception cref="TimeoutException">It took too long.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work)
    {
        try
        {
            return await work(limit.Token);
        }
        catch (OperationCanceledException e) when (!outside.IsCancellationRequested)
        {
            throw new TimeoutException($"does not answer within {longest.TotalSeconds} s", e);
        }
    }

    public void Dispose() => limit.Dispose();
}
