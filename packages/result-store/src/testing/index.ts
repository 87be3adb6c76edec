export { resultStoreContract, type StoreUnderTest } from "./result-store-contract.js";
