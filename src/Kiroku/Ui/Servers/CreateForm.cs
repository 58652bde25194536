using System.Text;
using System.Text.Json.Nodes;
using Kiroku.Ui.Looks;
using Kiroku.Ui.Texts;

namespace Kiroku.Ui.Servers;

/// <summary>What is typed in to create a server.</summary>
public sealed record CreateForm
{
    public const string AutoNetwork = "auto", NoNetwork = "none";

    /// <summary>The most bytes of user data: what 65,535 characters of base64 hold, Nova's limit.</summary>
    public const int MostUserData = 65535 / 4 * 3;

    public string Name { get; init; } = "";
    public string Image { get; init; } = "";
    public string Flavor { get; init; } = "";

    /// <summary>A key pair's name; empty for none.</summary>
    public string Key { get; init; } = "";

    /// <summary>Empty for any.</summary>
    public string Zone { get; init; } = "";

    /// <summary>A network's id, or one of the two words.</summary>
    public string Network { get; init; } = AutoNetwork;

    /// <summary>As typed; lines end in LF, as guests' scripts take them.</summary>
    public string UserData { get; init; } = "";

    /// <summary>By which a second submit of the same form is known.</summary>
    public required string Once { get; init; }

    internal static CreateForm Of(IFormCollection form) => new()
    {
        Name = form["name"].ToString(),
        Image = form["image"].ToString(),
        Flavor = form["flavor"].ToString(),
        Key = form["key"].ToString(),
        Zone = form["zone"].ToString(),
        Network = form["network"].ToString() is { Length: > 0 } network ? network : AutoNetwork,
        // Browsers send CR LF, with which no script's first line works.
        UserData = form["user_data"].ToString().Replace("\r\n", "\n", StringComparison.Ordinal),
        Once = form[OneSubmit.Field].ToString(),
    };

    /// <summary>What is missing or too much, in a sentence; null if it is for the API to say.</summary>
    internal PageProblem? Problem(PageTexts texts) => this switch
    {
        { Name.Length: 0 } => new(texts["create.no-name"]),
        { Image.Length: 0 } => new(texts["create.no-image"]),
        { Flavor.Length: 0 } => new(texts["create.no-flavor"]),
        _ when Encoding.UTF8.GetByteCount(UserData) is var bytes && bytes > MostUserData
            => new(texts["create.user-data-long", bytes, MostUserData]),
        _ => null,
    };

    /// <summary>The body of the request, JSON in UTF-8.</summary>
    internal byte[] Body()
    {
        var server = new JsonObject
        {
            ["name"] = Name,
            ["imageRef"] = Image,
            ["flavorRef"] = Flavor,
            ["networks"] = Network is AutoNetwork or NoNetwork
                ? Network : new JsonArray(new JsonObject { ["uuid"] = Network }),
        };
        if (Key.Length > 0)
            server["key_name"] = Key;
        if (Zone.Length > 0)
            server["availability_zone"] = Zone;
        if (UserData.Length > 0)
            server["user_data"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(UserData));
        return Encoding.UTF8.GetBytes(new JsonObject { ["server"] = server }.ToJsonString());
    }
}
