using Kiroku.CommandLine.Clouds;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary>Tries again after the connection was lost or the service had no time, and says so once.</summary>
internal sealed class Retrying(Action<string> note, TimeProvider time)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan LastPause = TimeSpan.FromSeconds(10);

    private TimeSpan pause = FirstPause;

    /// <summary>The result of the work, or nothing of it if that failed; another try may then succeed.</summary>
    public async Task<T?> TryAsync<T>(Func<Task<T>> work, TimeSpan left, CancellationToken ended)
    {
        try
        {
            var result = await work();
            Succeed();
            return result;
        }
        catch (Exception e) when (MayPass(e, ended))
        {
            if (pause == FirstPause)
                note($"the connection is lost and tried again: {Explain(e)}");
            var wanted = (e as RefusedException)?.RetryAfter is { } asked && asked > pause ? asked : pause;
            pause = pause * 2 < LastPause ? pause * 2 : LastPause;
            await PauseAsync(wanted < left ? wanted : left, ended);
            return default;
        }
    }

    /// <summary>Takes note that the service answers.</summary>
    public void Succeed()
    {
        if (pause > FirstPause)
            note("the service answers again");
        pause = FirstPause;
    }

    private Task PauseAsync(TimeSpan wanted, CancellationToken ended)
        => Task.Delay(wanted > TimeSpan.Zero ? wanted : TimeSpan.Zero, time, ended);

    private static bool MayPass(Exception e, CancellationToken ended)
        => e is RefusedException { MayPass: true } || Connection.IsLost(e, ended);

    private static string Explain(Exception e) => e is RefusedException ? e.Message : Connection.Explain(e);
}
