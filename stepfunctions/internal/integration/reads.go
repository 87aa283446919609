package integration

// reads are the members that some actions of the AWS SDK answer, and that state
// machines go on with. Step Functions writes the members of every service with a
// capital letter, and binary data as text in base64.
// https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
var reads = map[string][]Field{
	// https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
	"aws-sdk:s3:getObject": s3Object,
	// https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
	"aws-sdk:s3:headObject": s3Object,
	// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html
	"aws-sdk:s3:listObjectsV2": {
		{Name: "Name", Must: text}, {Name: "KeyCount", Must: number}, {Name: "NextContinuationToken", Must: text},
		{Name: "Contents", Must: array, Of: []Field{{Name: "Key", Must: text}, {Name: "ETag", Must: text}, {Name: "Size", Must: number}}},
	},

	// https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
	"aws-sdk:lambda:getFunction": {
		{Name: "Configuration", Must: object, Of: function},
		{Name: "Code", Must: object, Of: []Field{{Name: "Location", Must: text}, {Name: "RepositoryType", Must: text}, {Name: "ImageUri", Must: text}}},
	},
	// https://docs.aws.amazon.com/lambda/latest/api/API_GetFunctionConfiguration.html
	"aws-sdk:lambda:getFunctionConfiguration": function,

	// https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
	"aws-sdk:kms:encrypt": {{Name: "CiphertextBlob", Must: text}, {Name: "KeyId", Must: text}, encryption},
	// https://docs.aws.amazon.com/kms/latest/APIReference/API_Decrypt.html
	"aws-sdk:kms:decrypt": {{Name: "Plaintext", Must: text}, {Name: "KeyId", Must: text}, encryption},
	// https://docs.aws.amazon.com/kms/latest/APIReference/API_GenerateDataKey.html
	"aws-sdk:kms:generateDataKey": {{Name: "CiphertextBlob", Must: text}, {Name: "Plaintext", Must: text}, {Name: "KeyId", Must: text}},

	// https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
	"aws-sdk:secretsmanager:getSecretValue": {
		{Name: "ARN", Must: text}, {Name: "Name", Must: text}, {Name: "SecretString", Must: text}, {Name: "SecretBinary", Must: text},
		{Name: "VersionId", Must: text}, {Name: "VersionStages", Must: array},
	},
	// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html
	"aws-sdk:ssm:getParameter": {{Name: "Parameter", Must: object, Of: []Field{
		{Name: "ARN", Must: text}, {Name: "Name", Must: text}, {Name: "Value", Must: text}, {Name: "Version", Must: number},
		{Name: "Type", Must: text, Enum: []string{"String", "StringList", "SecureString"}},
	}}},
	// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
	"aws-sdk:sts:getCallerIdentity": {{Name: "Account", Must: text}, {Name: "Arn", Must: text}, {Name: "UserId", Must: text}},

	// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Query.html
	"aws-sdk:dynamodb:query": found,
	// https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Scan.html
	"aws-sdk:dynamodb:scan": found,
}

var s3Object = []Field{
	{Name: "ContentLength", Must: number}, {Name: "ContentType", Must: text}, {Name: "ETag", Must: text}, {Name: "VersionId", Must: text},
	{Name: "StorageClass", Must: text, Enum: []string{
		"STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER", "DEEP_ARCHIVE",
		"OUTPOSTS", "GLACIER_IR", "SNOW", "EXPRESS_ONEZONE", "FSX_OPENZFS", "FSX_ONTAP",
	}},
}

// function is the configuration of a Lambda function. Step Functions refuses more
// memory than 10240 MB, recorded in December 2025; functions on instances of
// their own may have more.
// https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
// https://docs.aws.amazon.com/lambda/latest/api/API_EphemeralStorage.html
var function = []Field{
	{Name: "FunctionName", Must: text}, {Name: "FunctionArn", Must: text}, {Name: "Runtime", Must: text}, {Name: "Role", Must: text},
	{Name: "Handler", Must: text}, {Name: "CodeSize", Must: number}, {Name: "Description", Must: text}, {Name: "Timeout", Must: number},
	{Name: "MemorySize", Must: number, Max: 10240}, {Name: "LastModified", Must: text}, {Name: "CodeSha256", Must: text},
	{Name: "Version", Must: text}, {Name: "RevisionId", Must: text}, {Name: "Architectures", Must: array},
	{Name: "State", Must: text}, {Name: "PackageType", Must: text, Enum: []string{"Zip", "Image"}},
	{Name: "Environment", Must: object, Of: []Field{{Name: "Variables", Must: object}}},
	{Name: "EphemeralStorage", Must: object, Of: []Field{{Name: "Size", Must: number, Max: 10240}}},
}

var encryption = Field{
	Name: "EncryptionAlgorithm", Must: text,
	Enum: []string{"SYMMETRIC_DEFAULT", "RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "SM2PKE"},
}

// found are the members of the answers of DynamoDB's queries.
var found = []Field{
	{Name: "Items", Must: array}, {Name: "Count", Must: number}, {Name: "ScannedCount", Must: number},
	{Name: "LastEvaluatedKey", Must: object}, consumed,
}
