using Kiroku.Hypervisors;
using Kiroku.Tests.Servers;

namespace Kiroku.SystemTests.Ui;

/// <summary>What happens to servers, for pages to show.</summary>
internal static class Stories
{
    public const string Stop = """{"os-stop":null}""";
    public const string Start = """{"os-start":null}""";
    public const string Resize = """{"resize":{"flavorRef":"84"}}""";

    /// <summary>What a start fails with.</summary>
    public static HypervisorException Away
        => new(HypervisorFailure.Failed, "start the machine", "the disk is away");

    public static string PathOf(Guid server) => $"/ui/servers/{server}";

    public static string PathOf(Guid server, string request) => $"{PathOf(server)}/actions/{request}";

    /// <summary>Lets machines start so many times only after that many failures.</summary>
    public static void FailStarts(this Cloud cloud, int times = int.MaxValue)
        => cloud.Hypervisor.Before = operation => operation == "start" && times-- > 0
            ? throw Away : Task.CompletedTask;

    /// <summary>Nothing fails or waits any more.</summary>
    public static void Calm(this Cloud cloud) => cloud.Hypervisor.Before = _ => Task.CompletedTask;

    /// <summary>Starts a server twice: one start succeeds on a retry, the other one fails.</summary>
    public static async Task RetryAndFailAsync(this Cloud cloud, Guid server)
    {
        await cloud.DoAsync(server, Stop);
        cloud.FailStarts(1);
        await cloud.DoAsync(server, Start);
        await cloud.DoAsync(server, Stop);
        cloud.FailStarts();
        await cloud.DoAsync(server, Start);
        cloud.Calm();
    }

    /// <summary>A server whose start has failed.</summary>
    public static async Task<(Guid Server, string Request)> FailedAsync(this Cloud cloud)
    {
        var server = await cloud.CreateServerAsync();
        await cloud.DoAsync(server, Stop);
        cloud.FailStarts();
        var failed = (await cloud.DoAsync(server, Start)).Action.RequestId;
        cloud.Calm();
        return (server, failed);
    }
}
