namespace Kiroku.Tests.Storage;

/// <summary>Waits for reads that a test notes as they begin, under the lock of their list.</summary>
internal static class BegunReads
{
    public static async Task UntilAsync<T>(this List<T> begun, Func<bool> condition)
    {
        while (true)
        {
            lock (begun)
            {
                if (condition())
                    return;
            }
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
