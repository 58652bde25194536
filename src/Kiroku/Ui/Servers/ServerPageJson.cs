using System.Text.Json.Serialization;

namespace Kiroku.Ui.Servers;

/// <summary>Reads what the pages of servers show.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(OneServer))]
[JsonSerializable(typeof(ServersDetail))]
[JsonSerializable(typeof(MadeServer))]
[JsonSerializable(typeof(ConsoleLines))]
[JsonSerializable(typeof(FlavorsDetail))]
[JsonSerializable(typeof(ImagesDetail))]
[JsonSerializable(typeof(ImageDetail))]
[JsonSerializable(typeof(KeysDetail))]
[JsonSerializable(typeof(ZonesDetail))]
[JsonSerializable(typeof(NetworksDetail))]
[JsonSerializable(typeof(LimitsDetail))]
internal sealed partial class ServerPageJson : JsonSerializerContext;
