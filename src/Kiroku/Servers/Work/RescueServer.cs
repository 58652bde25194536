using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Hardware;
using Kiroku.Hypervisors;
using Kiroku.Images;
using Kiroku.Servers.Engine;
using Kiroku.Servers.Machines;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// rescue: runs the machine from a fresh disk of an image, with the server's own disk as its second, so that what keeps
/// it from starting can be repaired.
/// </summary>
internal sealed class RescueServer(ServerImages images) : Workflow<RescueServer.Asked>
{
    public static readonly Rule Rule = Rule.Member("os_compute_api:os-rescue");

    private static readonly Schema Wishes = Schema.Object(
        ("adminPass", Parameters.Text), ("rescue_image_ref", Parameters.Uuid));

    private static readonly Schema Body = Schema.Body("rescue", Wishes with { Types = ["object", "null"] });

    public override string Action => ActionNames.Rescue;

    public override ActionRoute Route => new("rescue", Rule)
    {
        Body = (_, _) => Body,
        Status = StatusCodes.Status200OK,
    };

    protected override StateRule Allowed { get; } =
        new(VmStates.Active, VmStates.Stopped, VmStates.Error) { Host = HostNeed.Last };

    public override IReadOnlyList<Step> Steps(ServerWork work) => [Rescue(work)];

    public override Changes? BeginChanges(Server seen, Server begun) => ServerTraits.Begin(seen, begun);

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = VmStates.Rescued, PowerState = MachineState.Running, LaunchedAt = work.Now };

    /// <summary>
    /// As in Nova, a rescue whose image is gone leaves the server as it was, and every other failure leaves it in
    /// ERROR.
    /// </summary>
    public override Server Failed(ServerWork work, ServerFault fault)
        => fault.Message == ServerImages.Gone(work.Arguments<RescueArguments>().Image)
            ? base.Failed(work, fault) : InError(work, fault);

    protected override Asked ReadAsked(JsonElement asked, Microversion version)
    {
        var image = asked.ValueKind == JsonValueKind.Object && asked.TryGetProperty("rescue_image_ref", out var named)
            ? named.GetString() : null;
        return new Asked(image, AdminPasswords.Of(asked));
    }

    protected override Task<ActionRequest> AnsweredAsync(
        HttpContext context, Server server, ActionRequest request, Asked asked)
        => Task.FromResult(request with { Form = request.Form with { Body = ShowPassword(asked.AdminPass) } });

    protected override async Task<Accepted> PrepareAsync(
        Server server, Asked asked, ActionRequest request, CancellationToken cancellationToken)
    {
        var (image, wish) = asked.Image is { } named
            ? await CheckAsync(server, named, request, cancellationToken)
            : await images.RescueImageAsync(server, cancellationToken);
        HardwareCheck.RequireRescue(ImageWish.Of(wish, image));
        return new Accepted(
            server with { TaskState = TaskStates.Rescuing }, new RescueArguments(image) { Wish = wish });
    }

    private async Task<(string, ImageWish?)> CheckAsync(
        Server server, string image, ActionRequest request, CancellationToken cancellationToken)
    {
        var viewer = new ImageViewer(request.ProjectId!, request.ByAdmin);
        var refusal = $"Requested rescue image '{image}' is not supported";
        return (image, ServerHardware.Keep(
            await images.CheckAsync(image, server.Flavor, viewer, refusal, cancellationToken)));
    }

    private static Step Rescue(ServerWork work)
    {
        var asked = work.Arguments<RescueArguments>();
        var image = asked.Image;
        return new(EventNames.Rescue, async ct =>
        {
            if (work.Server.RescueImageId != image)
            {
                var rescued = work.Server with { RescueImageId = image, RescueWish = asked.Wish };
                await work.RequireHostAsync(ServerHardware.RescueDemandsOf(rescued), ct);
                var disk = await work.Machines.PrepareImageAsync(image, work.Server.Flavor, ct);
                await work.RequireDiskAsync(ct);
                await work.StopAsync(ct);
                // A server in ERROR may run from the disk of an earlier rescue, which the new one replaces.
                await work.LeaveRescueAsync(ct);
                await work.Machines.CreateRescueDiskAsync(work.Server, disk, ct);
                await work.SaveAsync(s => s with
                {
                    RescueImageId = image,
                    RescueWish = asked.Wish,
                    PowerState = MachineState.Off,
                }, ct);
            }
            await work.Machines.StartAsync(work.Server, ct);
        })
        {
            Undo = ct => GoBackAsync(work, image, ct),
        };
    }

    private static async Task GoBackAsync(ServerWork work, string image, CancellationToken cancellationToken)
    {
        if (work.Server.RescueImageId is { } earlier && earlier != image)
            return;
        if (work.Server.RescueImageId is not null)
            await work.Machines.PowerOffAsync(work.Server, cancellationToken);
        await work.LeaveRescueAsync(cancellationToken);
        await work.Machines.DeleteRescueDiskAsync(work.Server, cancellationToken);
        if (work.Server.VmState == VmStates.Active)
            await work.Machines.StartAsync(work.Server, cancellationToken);
        else
            await work.Machines.DefineAsync(work.Server, cancellationToken);
    }

    private static string ShowPassword(string adminPass) => Answer.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("adminPass", adminPass);
        json.WriteEndObject();
    });

    /// <summary>The image that was asked for, null for the server's first, and the password to answer with.</summary>
    internal sealed record Asked(string? Image, string AdminPass);
}

/// <summary>The image to run from.</summary>
internal sealed record RescueArguments(string Image)
{
    /// <summary>What the image asks of machines; null for nothing.</summary>
    public ImageWish? Wish { get; init; }
}
