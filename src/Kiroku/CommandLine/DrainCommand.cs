using System.CommandLine;

namespace Kiroku.CommandLine;

/// <summary>
/// <c>kiroku drain DIR</c>: makes the service on this data folder finish its running actions, however long they take,
/// and then end. Its machines keep running. Ending this command early does not stop the drain.
/// </summary>
internal static class DrainCommand
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        var folder = new Argument<string>("DIR") { Description = "The service's data folder." };
        var command = new Command(
            "drain", "Have the service on a data folder take no new work, finish what runs, and end.") { folder };
        command.SetAction((parsed, cancellationToken)
            => RunAsync(Path.GetFullPath(parsed.GetRequiredValue(folder)), TimeProvider.System, cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        var folder = new DataFolder(path);
        folder.Require();
        if (folder.Service is not { } service)
        {
            await Console.Out.WriteLineAsync($"no service runs on {path}");
            return 0;
        }
        if (!service.Handles(RunningProcess.Drain))
            throw new UsageException($"process {service.Id} on {path} is of an older Kiroku, which cannot be drained");
        service.Send(RunningProcess.Drain);
        await Console.Out.WriteLineAsync(
            $"the service (process {service.Id}) takes no new work and ends when what runs has ended; Ctrl+C leaves it "
                + "at that");
        await WatchAsync(folder, service, time, cancellationToken);
        await Console.Out.WriteLineAsync("the service has ended");
        return 0;
    }

    private static async Task WatchAsync(
        DataFolder folder, RunningProcess service, TimeProvider time, CancellationToken cancellationToken)
    {
        var told = 0;
        while (service.IsRunning)
        {
            if (folder.ReadDraining() is { } running && running != told)
            {
                told = running;
                await Console.Out.WriteLineAsync(
                    running == 1 ? "waiting for 1 action" : $"waiting for {running} actions");
            }
            await Task.Delay(LookInterval, time, cancellationToken);
        }
    }
}
