using System.Globalization;

namespace Kiroku.Bench;

/// <summary>Measures the resident memory of an idle service beside bare Kestrel's: after the start, and after actions
/// of all kinds.</summary>
internal static class RestingMemory
{
    private const int Rounds = 25;
    private static readonly TimeSpan Restful = TimeSpan.FromSeconds(3);

    public static async Task RunAsync(
        string product, string image, string data, string[] bare, (string, string)[] environment)
    {
        await using var plain = await ServedProcess.StartAsync("dotnet", bare, environment);
        await using var service = await Service.StartAsync(product, data, ("GUEST_IMAGE", image));
        using var http = new HttpClient { BaseAddress = plain.Address };
        await http.GetByteArrayAsync("/");
        await RestAsync(service);
        Print("after the start", plain, service);
        var actions = await ActAsync(service.Http);
        for (var request = 0; request < actions; request++)
            await http.GetByteArrayAsync("/");
        await RestAsync(service);
        Print($"after {actions} actions", plain, service);
    }

    private static async Task<int> ActAsync(HttpClient http)
    {
        var image = await FinishedActions.ImageAsync(http);
        var server = await FinishedActions.CreateAsync(http, image);
        var actions = 0;
        for (var round = 0; round < Rounds; round++)
        {
            foreach (var (_, body) in ActionTimes.Story(image))
            {
                await ActionTimes.ActAsync(http, server, body);
                actions++;
            }
        }
        return actions;
    }

    /// <summary>Waits until the service is almost idle.</summary>
    private static async Task RestAsync(Service service)
    {
        TimeSpan before;
        do
        {
            before = service.Used;
            await Task.Delay(Restful);
        }
        while (service.Used - before > Restful * 0.05);
    }

    private static void Print(string when, ServedProcess plain, Service service)
        => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| resident memory {when} | {plain.Memory} MiB | {service.Memory} MiB "
            + $"| {(double)service.Memory / plain.Memory:F1} |"));
}
