using Kiroku.ConfigDrives;
using Kiroku.Nodes;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Machines;

/// <summary>Collects the facts that a server's guest is told.</summary>
internal static class Guests
{
    public static GuestFacts FactsOf(Server server, ToldOnce told, string? macAddress) => new()
    {
        Id = server.Id,
        Name = server.Name,
        Hostname = Hostnames.Of(server),
        ProjectId = server.ProjectId,
        ImageId = server.ImageId,
        FlavorName = server.Flavor.Name,
        Zone = server.Zone ?? HostsOptions.DefaultZone,
        ReservationId = server.Labels.ReservationId,
        LaunchIndex = server.Labels.LaunchIndex,
        Metadata = server.Metadata,
        Key = server.Labels.Key is var (name, type, publicKey) ? new GuestKey(name, type, publicKey) : null,
        AdminPass = told.AdminPass,
        UserData = server.Labels.UserData is { } data ? Convert.FromBase64String(data) : null,
        MacAddress = macAddress,
        Files =
        [
            .. (told.Files ?? []).Select(file => new GuestFile(file.Path, Convert.FromBase64String(file.Contents))),
        ],
        CardTag = server.Labels.CardTag,
    };
}
