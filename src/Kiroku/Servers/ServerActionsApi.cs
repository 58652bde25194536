using System.Collections.Frozen;
using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Servers.Work;
using Kiroku.Storage;

namespace Kiroku.Servers;

/// <summary>POST …/action: from the body's one key to what is done.</summary>
internal static class ServerActionsApi
{
    private static readonly FrozenDictionary<string, ActionRoute> Routes = new Dictionary<string, ActionRoute>
    {
        ["os-start"] = new(ActionNames.Start, ServerRules.Start),
        ["os-stop"] = new(ActionNames.Stop, ServerRules.Stop),
        ["reboot"] = new(ActionNames.Reboot, ServerRules.Reboot) { Body = (_, _) => ServerSchemas.Reboot },
        ["rebuild"] = new(ActionNames.Rebuild, ServerRules.Rebuild) { Body = ServerSchemas.Rebuild, ShowsServer = true },
        ["resize"] = new(ActionNames.Resize, ServerRules.Resize) { Body = (_, _) => ServerSchemas.Resize },
        ["confirmResize"] = new(ActionNames.ConfirmResize, ServerRules.ConfirmResize) { Status = StatusCodes.Status204NoContent },
        ["revertResize"] = new(ActionNames.RevertResize, ServerRules.RevertResize),
        ["shelve"] = new(ActionNames.Shelve, ServerRules.Shelve),
        ["unshelve"] = new(ActionNames.Unshelve, ServerRules.Unshelve) { Body = ServerSchemas.Unshelve },
        ["pause"] = new(ActionNames.Pause, ServerRules.Pause),
        ["unpause"] = new(ActionNames.Unpause, ServerRules.Unpause),
        ["suspend"] = new(ActionNames.Suspend, ServerRules.Suspend),
        ["resume"] = new(ActionNames.Resume, ServerRules.Resume),
        [ImageKey] = new(ActionNames.CreateImage, ServerRules.CreateImage) { Body = ServerSchemas.CreateImage, PassesLocks = true },
        ["rescue"] = new(ActionNames.Rescue, ServerRules.Rescue) { Body = (_, _) => ServerSchemas.Rescue, Status = StatusCodes.Status200OK, Document = ShowPassword },
        ["unrescue"] = new(ActionNames.Unrescue, ServerRules.Unrescue),
        [MigrateServer.Key] = new(ActionNames.Migrate, ServerRules.Migrate) { Body = ServerSchemas.Migrate },
        ["forceDelete"] = new(ActionNames.Delete, ServerRules.ForceDelete),
        ["os-resetState"] = new(ActionNames.ResetState, ServerRules.ResetState) { Body = (_, _) => ServerSchemas.ResetState, PassesLocks = true },
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private const string ImageKey = "createImage";

    /// <summary>What Nova has and Kiroku does not, each with its rule.</summary>
    private static readonly FrozenDictionary<string, Rule> NotHad = new Dictionary<string, Rule>
    {
        ["os-migrateLive"] = ServerRules.MigrateLive,
        ["evacuate"] = ServerRules.Evacuate,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Every key with which something is done to a server.</summary>
    public static IEnumerable<string> Keys => [.. Routes.Keys, .. ServerLocks.Keys];

    public static async Task<IResult> Act(
        HttpContext context, string serverId, ServerStore store, ConsoleOutput console, PasswordChange passwords, ServerLocks locks,
        ServerGrains grains, TimeProvider time)
    {
        var body = await RequestBody.ReadAsync(context.Request);
        var key = KeyOf(body);
        if (key == ConsoleOutput.Key)
            return await console.ReadAsync(context, serverId, body);
        if (key == PasswordChange.Key)
            throw await passwords.RefuseAsync(context, serverId, body);
        if (ServerLocks.Keys.Contains(key))
            return await locks.ActAsync(context, serverId, body);
        if (NotHad.TryGetValue(key, out var rule))
            throw await RefuseAsync(context, serverId, store, rule);
        var route = Routes.GetValueOrDefault(key) ?? throw Fault.BadRequest($"There is no such action: {key}");
        var relaxed = Microversions.IsRelaxed(context);
        route.Body(Microversions.Of(context), relaxed).Require(body, relaxed);
        var server = await ServersApi.FindAsync(context, serverId, store);
        Caller.Of(context).Require(route.Rule, server.ProjectId);
        if (UnshelveServer.HostIn(body, Microversions.Of(context)) is not null)
            Caller.Of(context).Require(ServerRules.UnshelveToHost, server.ProjectId);
        if (MigrateServer.HostIn(body, Microversions.Of(context)) is not null)
            Caller.Of(context).Require(ServerRules.MigrateToHost, server.ProjectId);
        if (!route.PassesLocks)
            ServerLocks.Refuse(context, server);
        var form = new AnswerForm(route.Status, route.ShowsServer ? ShownServer.Of(context, AdminPasswords.Of(body.GetProperty(key))) : null)
        {
            Body = route.Document?.Invoke(body.GetProperty(key)),
        };
        var image = key == ImageKey ? Guid.NewGuid().ToString() : null;
        if (image is not null)
            form = ShowImage(context, form, image);
        return await grains.BeginAsync(
            server, ActionRequest.Of(context, route.Action, time.UtcNow()) with { Body = body.GetRawText(), Form = form, NewImageId = image }, CancellationToken.None);
    }

    private static async Task<Fault> RefuseAsync(HttpContext context, string serverId, ServerStore store, Rule rule)
    {
        await ServersApi.FindAsync(context, serverId, store, rule);
        return Fault.NotSupported();
    }

    /// <summary>The one key of the body; what Nova makes of a body that is no object (nova/api/openstack/wsgi.py, action_peek) included.</summary>
    private static string KeyOf(JsonElement body)
    {
        var length = body.ValueKind switch
        {
            JsonValueKind.Undefined => 0,
            JsonValueKind.Object => body.EnumerateObject().Select(property => property.Name).Distinct(StringComparer.Ordinal).Count(),
            JsonValueKind.Array => body.GetArrayLength(),
            JsonValueKind.String => body.GetString()!.EnumerateRunes().Count(),
            _ => 1,
        };
        if (length != 1)
            throw Fault.MalformedBody();
        return body.ValueKind == JsonValueKind.Object
            ? body.EnumerateObject().First().Name
            : throw Fault.NotFound("The resource could not be found.");
    }

    /// <summary>Where the image will be: up to 2.44 as its address, from 2.45 on by its id.</summary>
    private static AnswerForm ShowImage(HttpContext context, AnswerForm form, string image) => Microversions.Of(context) < 45
        ? form with { Location = $"{Links.Base(context.Request)}/image/v2/images/{image}" }
        : form with
        {
            Body = Answer.Write(json =>
            {
                json.WriteStartObject();
                json.WriteString("image_id", image);
                json.WriteEndObject();
            }),
        };

    private static string ShowPassword(JsonElement wishes) => Answer.Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("adminPass", AdminPasswords.Of(wishes));
        json.WriteEndObject();
    });

    /// <summary>What a key of the body stands for: the action, the rule that guards it and the status of its answer.</summary>
    private sealed record ActionRoute(string Action, Rule Rule)
    {
        /// <summary>What the body may hold, by version and by whether it is a relaxed one.</summary>
        public Func<Microversion, bool, Schema> Body { get; init; } = (_, _) => Schema.Any;

        public int Status { get; init; } = StatusCodes.Status202Accepted;

        public bool ShowsServer { get; init; }

        /// <summary>What the answer holds that is known beforehand.</summary>
        public Func<JsonElement, string>? Document { get; init; }

        /// <summary>Whether it is done to a locked server, too.</summary>
        public bool PassesLocks { get; init; }
    }
}
